import { consume } from '../consume.ts'
import { connectHeaders, javaStack } from '../dead-letters/frameworks.ts'
import { type Failure, nameBusiness, type Received, type ServiceKit } from '../service-kit.ts'

/** Its group is `connect-fraud`, as Kafka Connect names the group of a sink. */
const connector = { name: 'fraud', converter: 'io.confluent.connect.avro.AvroConverter' } as const

/** A second reader of orders, built against the first contract: an incompatible change stops it. */
export const runFraud = async (kit: ServiceKit): Promise<void> => {
  const check = async ({ value }: Received): Promise<void> => {
    if (value === null) return
    const { orderId, currency } = kit.codecs.readOrder(value)
    nameBusiness(orderId)
    if (currency.length !== 3) throw new RangeError(`order ${orderId} has no currency`)
  }

  const giveUp = ({ topic, partition, message, error, group }: Failure): Promise<void> => {
    const errorClass = 'org.apache.kafka.connect.errors.DataException'
    const text = `Failed to deserialize data for topic ${topic} to Avro: ${error.message}`
    const frames = [
      'io.confluent.connect.avro.AvroConverter.toConnectData(AvroConverter.java:154)',
      'shop.fraud.OrderSink.put(OrderSink.java:48)',
    ]
    return kit.deadLetters.write(
      'connect-dlq',
      { topic, partition, offset: BigInt(message.offset) },
      (record) =>
        connectHeaders(
          record.headers,
          {
            topic,
            partition,
            offset: BigInt(message.offset),
            timestamp: record.timestamp,
            group,
            errorClass,
            causeClass: errorClass,
            message: text,
            causeMessage: error.message,
            stack: javaStack(errorClass, text, frames),
          },
          connector,
        ),
      { keepTimestamp: true, keepPartition: false },
    )
  }

  await consume(kit, { group: 'connect-fraud', topics: ['orders'], handle: check, giveUp })
}
