package com.shop.payments;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafkaRetryTopic;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

@Configuration
@EnableKafkaRetryTopic
class RetryableListener {
    @Bean
    ThreadPoolTaskScheduler scheduler() {
        return new ThreadPoolTaskScheduler();
    }

    /** Three deliveries, a second apart. */
    @RetryableTopic
    @KafkaListener(topics = "${topic}", groupId = "${group}")
    void on(ConsumerRecord<String, String> order) {
        PaymentService.pay(order.value());
    }
}
