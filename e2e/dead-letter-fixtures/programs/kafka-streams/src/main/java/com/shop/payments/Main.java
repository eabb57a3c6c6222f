package com.shop.payments;

import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * Arguments: brokers, style (direct; repartitioned: what fails stands behind a repartition by a new key), topic,
 * application, dead-letter topic. Runs until it is stopped.
 */
public final class Main {
    public static void main(String[] arguments) throws InterruptedException {
        var settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[3]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/" + arguments[3]);
        settings.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, arguments[4]);
        settings.put("deserialization.exception.handler", LogAndContinueExceptionHandler.class);
        settings.put("processing.exception.handler", LogAndContinueProcessingExceptionHandler.class);
        settings.put("auto.offset.reset", "earliest");
        Serde<String> orders = Serdes.serdeFrom(new StringSerializer(), new OrderDeserializer());
        var builder = new StreamsBuilder();
        KStream<String, String> stream = builder.stream(arguments[2], Consumed.with(orders, orders));
        if (arguments[1].equals("repartitioned")) {
            stream = stream
                .selectKey((key, value) -> "customer of " + key)
                .repartition(Repartitioned.with(orders, orders).withName("by-customer").withNumberOfPartitions(2));
        }
        stream.foreach((key, value) -> PaymentService.pay(value));
        var streams = new KafkaStreams(builder.build(), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
        Thread.currentThread().join();
    }
}
