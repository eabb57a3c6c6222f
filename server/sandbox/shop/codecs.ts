import { encode as encodeMessagePack } from '@msgpack/msgpack'
import avro from 'avsc'
import protobuf from 'protobufjs'
import { avroLong } from '#server/domain/payload/avro-long.ts'
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

const avroType = (text: string) => avro.Type.forSchema(JSON.parse(text), { registry: { long: avroLong } })
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

/** A decimal of Avro has as many bytes as it needs, or more. */
const centsOf = (bytes: Buffer): number =>
  bytes.length === 0 ? 0 : Number(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`)))

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

/** Where the shop's schema registry is. */
export const registryUrlOf = (): string =>
  process.env.SCHEMA_REGISTRY_URL ?? 'http://127.0.0.1:8081/apis/ccompat/v7'

/** The shop's contracts, in the order of their registration: a registry that has forgotten all gives the same ids. */
const contracts = {
  order: { subject: 'orders-value', schema: orderPlaced, type: 'AVRO' },
  payment: { subject: 'payments-value', schema: payment, type: 'PROTOBUF' },
  checkout: { subject: 'checkouts-value', schema: checkout, type: 'JSON' },
  stock: { subject: 'stock-value', schema: stockEvent, type: 'JSON' },
  orderEvent: { subject: 'order-events-value', schema: orderEvent, type: 'JSON' },
} as const

/** Registers all contracts, one after the other, and answers their ids. */
export const registerContracts = async (
  registryUrl = registryUrlOf(),
): Promise<Record<keyof typeof contracts, number>> => {
  const ids: Record<keyof typeof contracts, number> = {
    order: 0,
    payment: 0,
    checkout: 0,
    stock: 0,
    orderEvent: 0,
  }
  for (const name of Object.keys(contracts) as (keyof typeof contracts)[]) {
    const { subject, schema, type } = contracts[name]
    ids[name] = await register(registryUrl, subject, schema, type)
  }
  return ids
}

/** Registers the incompatible version of orders, for which the subject's compatibility is switched off. */
export const registerBrokenOrder = async (registryUrl = registryUrlOf()): Promise<number> => {
  const body = JSON.stringify({ compatibility: 'NONE' })
  await fetch(`${registryUrl}/config/orders-value`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body,
    signal: AbortSignal.timeout(5_000),
  }).catch(() => {})
  return register(registryUrl, 'orders-value', orderPlacedBroken, 'AVRO')
}

/** Bytes that are no order of the first contract. */
export class UnreadableOrderError extends Error {
  override readonly name = 'UnreadableOrderError'
}

/** Encoders of the shop's events in the registry's wire format. Needs the registry once, at start. */
export const makeCodecs = async (registryUrl = registryUrlOf()) => {
  const ids = await registerContracts(registryUrl)
  let brokenId: number | null = null
  return {
    order: (order: Order): Buffer =>
      frame(ids.order, orderType.toBuffer({ ...order, total: cents(order.totalCents) })),
    /** In the incompatible version, which is registered on first use. */
    brokenOrder: async (order: Order): Promise<Buffer> => {
      brokenId ??= await registerBrokenOrder(registryUrl)
      return frame(brokenId, brokenOrderType.toBuffer({ ...order, region: 7, total: order.totalCents / 100 }))
    },
    /** Reads with the first version's contract, as a service does that was built against it. */
    readOrder: (bytes: Buffer): Order => {
      try {
        const value = orderType.fromBuffer(bytes.subarray(5)) as Order & { total: Buffer }
        return { ...value, totalCents: centsOf(value.total) }
      } catch (cause) {
        throw new UnreadableOrderError(`${bytes.length} bytes are no order`, { cause })
      }
    },
    settled: (value: {
      orderId: string
      customerId: bigint
      amountMinor: number
      currency: string
      reference: string
    }): Buffer =>
      frame(
        ids.payment,
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
        ids.payment,
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
    checkout: (value: object): Buffer => frame(ids.checkout, jsonBytes(value)),
    stock: (value: object): Buffer => frame(ids.stock, jsonBytes(value)),
    orderEvent: (value: object): Buffer => frame(ids.orderEvent, jsonBytes(value)),
    readJson: (bytes: Buffer): Record<string, unknown> => JSON.parse(bytes.subarray(5).toString('utf8')),
    messagePack: (value: object): Buffer => Buffer.from(encodeMessagePack(value, { useBigInt64: true })),
  }
}

export type Codecs = Awaited<ReturnType<typeof makeCodecs>>
