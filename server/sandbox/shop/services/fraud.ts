import { consume } from '../consume.ts'
import { javaStack } from '../dead-letters/frameworks.ts'
import { writeConnectLetter } from '../dead-letters/write-connect-letter.ts'
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

  const giveUp = (failure: Failure): Promise<void> => {
    const errorClass = 'org.apache.kafka.connect.errors.DataException'
    const message = `Failed to deserialize data for topic ${failure.topic} to Avro: ${failure.error.message}`
    const stack = javaStack(errorClass, message, [
      'io.confluent.connect.avro.AvroConverter.toConnectData(AvroConverter.java:154)',
      'shop.fraud.OrderSink.put(OrderSink.java:48)',
    ])
    return writeConnectLetter(kit, failure, { connector, errorClass, message, stack })
  }

  await consume(kit, { group: 'connect-fraud', topics: ['orders'], handle: check, giveUp })
}
