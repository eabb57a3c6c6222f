package com.shop.payments;

import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

@ApplicationScoped
public class OrderConsumer {
    @Incoming("orders")
    public void on(ConsumerRecord<String, String> order) {
        PaymentService.pay(order.value());
    }
}
