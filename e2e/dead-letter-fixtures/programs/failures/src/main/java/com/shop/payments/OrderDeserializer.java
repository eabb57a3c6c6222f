package com.shop.payments;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Deserializer;

/** Text; bytes that begin with 0xff are none. */
public final class OrderDeserializer implements Deserializer<String> {
    @Override
    public String deserialize(String topic, byte[] bytes) {
        if (bytes == null) return null;
        if (bytes.length > 0 && bytes[0] == (byte) 0xff) {
            throw new IllegalArgumentException("no order begins with 0xff", new ArithmeticException("unknown frame"));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
