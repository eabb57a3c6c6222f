package com.shop.payments;

import java.util.Map;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Arguments: brokers, style (recoverer, retryable, batch), topic, consumer group. Runs until it is stopped. */
public final class Main {
    public static void main(String[] arguments) throws InterruptedException {
        var listener = switch (arguments[1]) {
            case "recoverer" -> RecordListener.class;
            case "retryable" -> RetryableListener.class;
            case "batch" -> BatchListener.class;
            default -> throw new IllegalArgumentException(arguments[1]);
        };
        var context = new AnnotationConfigApplicationContext();
        Map<String, Object> properties =
            Map.of("brokers", arguments[0], "style", arguments[1], "topic", arguments[2], "group", arguments[3]);
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("arguments", properties));
        context.register(KafkaSetup.class, listener);
        context.refresh();
        Thread.currentThread().join();
    }
}
