package com.shop.payments;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serializer;

/** Text as UTF-8, and bytes as they are: what could not be read is passed on unread. */
public final class OrderSerializer implements Serializer<Object> {
    @Override
    public byte[] serialize(String topic, Object order) {
        if (order == null) return null;
        return order instanceof byte[] bytes ? bytes : order.toString().getBytes(StandardCharsets.UTF_8);
    }
}
