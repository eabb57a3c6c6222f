package com.shop.payments;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

/** Fails for the orders that ask for it, before they reach the sink. */
public final class CheckTransformation implements Transformation<SinkRecord> {
    @Override
    public SinkRecord apply(SinkRecord record) {
        if ("transformation".equals(record.value())) PaymentService.pay("cause-chain");
        return record;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> settings) {}
}
