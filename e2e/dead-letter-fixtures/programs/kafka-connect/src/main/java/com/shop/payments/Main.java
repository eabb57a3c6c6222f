package com.shop.payments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.connect.cli.ConnectStandalone;

/**
 * A standalone Connect worker with one sink connector. Arguments: brokers, style (sink), topic, connector, dead-letter
 * topic, port of its REST interface. Runs until it is stopped.
 */
public final class Main {
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory(arguments[3]);
        Path worker = Files.write(folder.resolve("worker.properties"), List.of(
            "bootstrap.servers=" + arguments[0],
            "listeners=http://127.0.0.1:" + arguments[5],
            "plugin.discovery=hybrid_warn",
            "offset.storage.file.filename=" + folder.resolve("offsets"),
            "key.converter=org.apache.kafka.connect.json.JsonConverter",
            "key.converter.schemas.enable=false",
            "value.converter=org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable=false"));
        Path connector = Files.write(folder.resolve("connector.properties"), List.of(
            "name=" + arguments[3],
            "connector.class=com.shop.payments.PaymentSink",
            "tasks.max=1",
            "topics=" + arguments[2],
            "consumer.override.auto.offset.reset=earliest",
            "transforms=check",
            "transforms.check.type=com.shop.payments.CheckTransformation",
            "errors.tolerance=all",
            "errors.deadletterqueue.topic.name=" + arguments[4],
            "errors.deadletterqueue.topic.replication.factor=1",
            "errors.deadletterqueue.context.headers.enable=true"));
        ConnectStandalone.main(new String[] {worker.toString(), connector.toString()});
    }
}
