package com.shop.payments;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.listener.BatchListenerFailedException;

class BatchListener {
    @KafkaListener(topics = "${topic}", groupId = "${group}")
    void on(List<ConsumerRecord<String, String>> orders) {
        for (int index = 0; index < orders.size(); index++) {
            var order = orders.get(index);
            if (order.value() == null || order.key() == null) {
                throw new BatchListenerFailedException("an order could not be read", index);
            }
            try {
                PaymentService.pay(order.value());
            } catch (PaymentService.OrderNotAccepted failure) {
                throw new BatchListenerFailedException("order " + order.key() + " failed", failure, index);
            }
        }
    }
}
