import { consume } from '../consume.ts'
import { javaStack } from '../dead-letters/frameworks.ts'
import { writeConnectLetter } from '../dead-letters/write-connect-letter.ts'
import type { Failure, Received, ServiceKit } from '../service-kit.ts'

const dataException = 'org.apache.kafka.connect.errors.DataException'

const connector = { name: 'warehouse', converter: 'org.apache.kafka.connect.json.JsonConverter' } as const

/**
 * Older parts that nobody instrumented: the ERP bridge, which exports parcels as plain JSON with 64-bit ids, and the
 * warehouse's sink, which stands for a Kafka Connect connector with a dead-letter queue.
 */
export const runLegacy = async (kit: ServiceKit): Promise<void> => {
  let exported = 9_007_199_254_740_993n

  const exportToErp = async ({ value, message }: Received): Promise<void> => {
    if (value === null || !value.toString().endsWith('}')) return
    exported += 2n
    const orderId = message.key?.toString() ?? ''
    // Written by hand: JSON.stringify can not write a number of this size.
    await kit.send(
      'erp.export',
      orderId,
      Buffer.from(`{"exportId":${exported},"document":"${orderId}","amount":12.50}`),
    )
  }

  const storeInWarehouse = async ({ value }: Received): Promise<void> => {
    if (value !== null) JSON.parse(value.toString())
  }

  const giveUp = (failure: Failure): Promise<void> => {
    const message = 'Converting byte[] to Kafka Connect data failed due to serialization error'
    const stack = javaStack(
      dataException,
      message,
      [
        'org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:333)',
        'shop.warehouse.WarehouseSink.put(WarehouseSink.java:71)',
      ],
      {
        errorClass: 'com.fasterxml.jackson.core.io.JsonEOFException',
        message: failure.error.message,
        frames: [
          'com.fasterxml.jackson.core.base.ParserMinimalBase._reportInvalidEOF(ParserMinimalBase.java:697)',
          'shop.warehouse.ParcelReader.read(ParcelReader.java:29)',
        ],
      },
    )
    return writeConnectLetter(kit, failure, { connector, errorClass: dataException, message, stack })
  }

  await consume(kit, { group: 'erp-bridge', topics: ['shipments'], handle: exportToErp })
  await consume(kit, { group: 'connect-warehouse', topics: ['shipments'], handle: storeInWarehouse, giveUp })
}
