import { randomUUID } from 'node:crypto'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { smallryeHeaders } from '../dead-letters/frameworks.ts'
import {
  causedBy,
  consume,
  type Failure,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'

/** Ships what is reserved. Stands for a Quarkus service: what it gives up on is written as SmallRye writes it. */
export const runShipping = async (kit: ServiceKit): Promise<void> => {
  let lastPoisonAt = 0

  const ship = async (received: Received): Promise<void> => {
    if (received.value === null) return
    const { kind, orderId } = kit.codecs.readJson(received.value) as { kind: string; orderId: string }
    nameBusiness(orderId)
    if (kind !== 'StockReserved') return
    // CloudEvents 1.0 in structured mode: the envelope is the value.
    const event = JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/shop/shipping',
      type: 'shop.shipping.ParcelSent',
      subject: orderId,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { orderId, parcel: `parcel-${orderId}`, carrier: 'north' },
    })
    const isPoison = kit.isBroken('poison-payload') && Date.now() - lastPoisonAt > 10_000
    if (isPoison) lastPoisonAt = Date.now()
    const value = Buffer.from(isPoison ? event.slice(0, 80) : event)
    const headers = {
      ...causedBy(received, 'ParcelSent', 'shipping'),
      'content-type': 'application/cloudevents+json; charset=UTF-8',
    }
    const send = () => kit.send('shipments', orderId, value, headers)
    // Work handed to a pool that forgets the context: the next span begins a trace of its own.
    await (kit.isBroken('lost-trace') ? context.with(ROOT_CONTEXT, send) : send())
  }

  const giveUp = ({ topic, partition, message, error, group }: Failure): Promise<void> =>
    kit.deadLetters.write(
      'dead-letter-topic-stock',
      { topic, partition, offset: BigInt(message.offset) },
      (record) =>
        smallryeHeaders(record.headers, {
          topic,
          partition,
          offset: BigInt(message.offset),
          timestamp: record.timestamp,
          group,
          errorClass: 'io.vertx.core.json.DecodeException',
          causeClass: 'com.fasterxml.jackson.core.io.JsonEOFException',
          message: `Failed to decode: ${error.message}`,
          stack: '',
        }),
      { keepTimestamp: false },
    )

  await consume(kit, { group: 'shipping', topics: ['stock'], handle: ship, giveUp })
}
