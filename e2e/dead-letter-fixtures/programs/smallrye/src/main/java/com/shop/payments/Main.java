package com.shop.payments;

import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.jboss.weld.environment.se.Weld;

/**
 * Arguments: brokers, style (dead-letter-queue, delayed-retry-topic: the names of the failure strategies), topic, consumer
 * group, dead-letter topic. Runs until it is stopped.
 */
public final class Main {
    public static void main(String[] arguments) throws InterruptedException {
        Map.of(
            "connector", "smallrye-kafka",
            "bootstrap.servers", arguments[0],
            "failure-strategy", arguments[1],
            "topic", arguments[2],
            "group.id", arguments[3],
            "dead-letter-queue.topic", arguments[4],
            "delayed-retry-topic.topics", arguments[2] + "_retry_1000," + arguments[2] + "_retry_2000",
            "auto.offset.reset", "earliest",
            "key.deserializer", OrderDeserializer.class.getName(),
            "value.deserializer", OrderDeserializer.class.getName()
        ).forEach((name, value) -> System.setProperty("mp.messaging.incoming.orders." + name, value));
        System.setProperty("mp.messaging.incoming.orders.fail-on-deserialization-failure", "false");
        var configs = ConfigProviderResolver.instance();
        configs.registerConfig(
            configs.getBuilder().addDefaultSources().build(), Thread.currentThread().getContextClassLoader());
        new Weld().initialize();
        Thread.currentThread().join();
    }
}
