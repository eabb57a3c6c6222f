package com.shop.payments;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;
import org.springframework.util.backoff.FixedBackOff;

@Configuration
@EnableKafka
class KafkaSetup {
    @Bean
    DefaultKafkaConsumerFactory<String, String> consumers(@Value("${brokers}") String brokers) {
        return new DefaultKafkaConsumerFactory<>(
            Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
            new ErrorHandlingDeserializer<>(new OrderDeserializer()),
            new ErrorHandlingDeserializer<>(new OrderDeserializer()));
    }

    @Bean
    KafkaTemplate<Object, Object> defaultRetryTopicKafkaTemplate(@Value("${brokers}") String brokers) {
        return new KafkaTemplate<>(
            new DefaultKafkaProducerFactory<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers), new OrderSerializer(), new OrderSerializer()));
    }

    @Bean
    KafkaAdmin admin(@Value("${brokers}") String brokers) {
        return new KafkaAdmin(Map.of("bootstrap.servers", brokers));
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory(
        DefaultKafkaConsumerFactory<String, String> consumers,
        KafkaTemplate<Object, Object> template,
        @Value("${style}") String style) {
        var factory = new ConcurrentKafkaListenerContainerFactory<String, String>();
        factory.setConsumerFactory(consumers);
        factory.setBatchListener(style.equals("batch"));
        // With retry topics the framework brings its own error handler.
        if (!style.equals("retryable")) {
            factory.setCommonErrorHandler(
                new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(0, 1)));
        }
        return factory;
    }
}
