import { Decimal } from '#server/contracts/decimal.ts'
import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from './dead-letter.ts'
import { describeHeader } from './known-headers.ts'

/** A message as its reader may see it: decoded, and masked where fields are masked. */
export type SeenMessage = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly sizeBytes: number
  readonly key: DecodedSide
  readonly value: DecodedSide
  readonly headers: readonly RawHeader[]
}

/** What an expression may name, of one message (`expressionNames`). */
export const namesOf = (message: SeenMessage) => ({
  value: contentOf(message.value),
  key: contentOf(message.key),
  headers: headersOf(message.headers),
  topic: message.topic,
  partition: BigInt(message.partition),
  offset: message.offset,
  timestamp: new Date(Number(message.timestampMs)),
  schemaId: message.value.schema?.id == null ? null : BigInt(message.value.schema.id),
  size: BigInt(message.sizeBytes),
})

const contentOf = ({ kind, text, isJson }: DecodedSide): unknown => {
  if (text === null) return null
  if (kind === 'int32' || kind === 'int64') return BigInt(text)
  if (!isJson) return text
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

/** Parses JSON with whole numbers as bigints, however they are written, and others as decimals: none is rounded. */
export const parseExact = (text: string): unknown =>
  parseWithSource(text, (_, value, { source }) =>
    typeof value === 'number' ? exactNumber(value, source) : value,
  )

/** Reading digits takes time by the square of their number. */
const mostDigits = 1_000

const exactNumber = (value: number, source = ''): bigint | Decimal | number => {
  if (source.length > mostDigits) return value
  const whole = /^(-?\d+)(\.0+)?$/.exec(source)
  if (whole?.[1] !== undefined) return BigInt(whole[1])
  const decimal = Decimal.read(source)
  if (decimal === null) return value
  return Number.isInteger(value) && decimal.isWhole() ? decimal.truncate() : decimal
}

/** The last of several headers of a name counts. Bytes that are no text are bytes. */
const headersOf = (headers: readonly RawHeader[]): Map<string, unknown> =>
  new Map(
    headers.map((header): [string, unknown] => {
      const { name, text, encoding } = describeHeader(header, false)
      if (text === null) return [name, null]
      if (encoding === 'int32' || encoding === 'int64') return [name, BigInt(text)]
      return [name, encoding === 'hex' ? header.value : text]
    }),
  )
