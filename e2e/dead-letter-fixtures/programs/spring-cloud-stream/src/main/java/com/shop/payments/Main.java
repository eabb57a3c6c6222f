package com.shop.payments;

import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.messaging.Message;

/** Arguments: brokers, style (binder), topic, consumer group, dead-letter topic. Runs until it is stopped. */
@SpringBootApplication
public class Main {
    public static void main(String[] arguments) throws InterruptedException {
        String binding = "spring.cloud.stream.bindings.pay-in-0.";
        String kafka = "spring.cloud.stream.kafka.bindings.pay-in-0.consumer.";
        var application = new SpringApplication(Main.class);
        application.setDefaultProperties(Map.of(
            "spring.cloud.stream.kafka.binder.brokers", arguments[0],
            "spring.cloud.stream.kafka.binder.configuration.auto.offset.reset", "earliest",
            binding + "destination", arguments[2],
            binding + "group", arguments[3],
            binding + "consumer.max-attempts", "2",
            kafka + "enable-dlq", "true",
            kafka + "dlq-name", arguments[4]));
        application.run();
        Thread.currentThread().join();
    }

    @Bean
    Consumer<Message<String>> pay() {
        return order -> PaymentService.pay(order.getPayload());
    }
}
