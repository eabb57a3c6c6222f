package com.shop.payments;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;

class RecordListener {
    @KafkaListener(topics = "${topic}", groupId = "${group}")
    void on(ConsumerRecord<String, String> order) {
        PaymentService.pay(order.value());
    }
}
