import { encode as encodeMessagePack } from '@msgpack/msgpack'
import avro from 'avsc'
import protobuf from 'protobufjs'
import { checkout, orderEvent, orderPlaced, orderPlacedBroken, payment, stockEvent } from './schemas.ts'

export type Order = {
  readonly orderId: string
  readonly customerId: bigint
  readonly placedAt: number
  readonly payment: 'CARD' | 'WALLET' | 'INVOICE'
  readonly totalCents: number
  readonly currency: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

const exactLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => Number(a > b) - Number(a < b),
}) as unknown as avro.Type

const avroType = (text: string) => avro.Type.forSchema(JSON.parse(text), { registry: { long: exactLong } })
const orderType = avroType(orderPlaced)
const brokenOrderType = avroType(orderPlacedBroken)
const protobufTypes = protobuf.parse(payment).root
const settledType = protobufTypes.lookupType('shop.payments.PaymentSettled')
const refusedType = protobufTypes.lookupType('shop.payments.PaymentRefused')

const cents = (amount: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(amount))
  return bytes
}

/** Registers a schema and answers its id; registering the same text again answers the same id. */
const register = async (
  registryUrl: string,
  subject: string,
  schema: string,
  schemaType: string,
): Promise<number> => {
  const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema, schemaType }),
    signal: AbortSignal.timeout(5_000),
  })
  if (!response.ok) throw new Error(`registering ${subject}: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: number }).id
}

const frame = (id: number, ...body: readonly Uint8Array[]): Buffer => {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, ...body])
}

const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** Encoders of the shop's events in the registry's wire format. Needs the registry once, at start. */
export const makeCodecs = async (registryUrl: string) => {
  const [orderId, paymentId, checkoutId, stockId, eventId] = await Promise.all([
    register(registryUrl, 'orders-value', orderPlaced, 'AVRO'),
    register(registryUrl, 'payments-value', payment, 'PROTOBUF'),
    register(registryUrl, 'checkouts-value', checkout, 'JSON'),
    register(registryUrl, 'stock-value', stockEvent, 'JSON'),
    register(registryUrl, 'order-events-value', orderEvent, 'JSON'),
  ])
  return {
    order: (order: Order): Buffer =>
      frame(orderId, orderType.toBuffer({ ...order, total: cents(order.totalCents) })),
    /** Registers the incompatible version on first use: the subject's compatibility is off. */
    brokenOrder: async (order: Order): Promise<Buffer> => {
      const url = `${registryUrl}/config/orders-value`
      const body = JSON.stringify({ compatibility: 'NONE' })
      await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body }).catch(
        () => {},
      )
      const id = await register(registryUrl, 'orders-value', orderPlacedBroken, 'AVRO')
      return frame(id, brokenOrderType.toBuffer({ ...order, region: 7, total: order.totalCents / 100 }))
    },
    /** Reads with the first version's contract, as a service does that was built against it. */
    readOrder: (bytes: Buffer): Order => {
      const value = orderType.fromBuffer(bytes.subarray(5)) as Order & { total: Buffer }
      return { ...value, totalCents: Number(value.total.readBigInt64BE()) }
    },
    settled: (value: {
      orderId: string
      customerId: bigint
      amountMinor: number
      currency: string
      reference: string
    }): Buffer =>
      frame(
        paymentId,
        Buffer.from([0]),
        settledType
          .encode(
            settledType.fromObject({
              orderId: value.orderId,
              customerId: value.customerId.toString(),
              amountMinor: value.amountMinor,
              currency: value.currency,
              providerReference: value.reference,
            }),
          )
          .finish(),
      ),
    refused: (value: { orderId: string; customerId: bigint; reason: string }): Buffer =>
      frame(
        paymentId,
        Buffer.from([2, 2]),
        refusedType
          .encode(refusedType.fromObject({ ...value, customerId: value.customerId.toString() }))
          .finish(),
      ),
    /** Which of the two payment messages it is, with the order it is about. */
    readPayment: (bytes: Buffer): { refused: boolean; orderId: string; reason: string } => {
      const refused = bytes[5] !== 0
      const message = refused ? refusedType.decode(bytes.subarray(7)) : settledType.decode(bytes.subarray(6))
      const { orderId = '', reason = '' } = message as unknown as { orderId?: string; reason?: string }
      return { refused, orderId, reason }
    },
    checkout: (value: object): Buffer => frame(checkoutId, jsonBytes(value)),
    stock: (value: object): Buffer => frame(stockId, jsonBytes(value)),
    orderEvent: (value: object): Buffer => frame(eventId, jsonBytes(value)),
    readJson: (bytes: Buffer): Record<string, unknown> => JSON.parse(bytes.subarray(5).toString('utf8')),
    messagePack: (value: object): Buffer => Buffer.from(encodeMessagePack(value, { useBigInt64: true })),
  }
}

export type Codecs = Awaited<ReturnType<typeof makeCodecs>>
