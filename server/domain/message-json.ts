import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from './dead-letter.ts'
import { formatJson } from './payload/format-json.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes as text that gives the same bytes again, or null. */
export const exactText = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** JSON text on one line; every token stands as it was written. */
export const onOneLine = (text: string): string | null => {
  const laidOut = formatJson(text)
  // Line breaks of the layout stand between tokens only: within a string a line break is not allowed.
  return laidOut === null ? null : laidOut.replaceAll(/\n */g, ' ')
}

type Side = { readonly bytes: Uint8Array | null; readonly decoded: DecodedSide }

/** The JSON as it was written, where that fits on one line as it stands; its text gives the same bytes again. */
const asWritten = (text: string | null, json: string): string | null =>
  text !== null && !/[\r\n]|^\s|\s$/.test(text) && onOneLine(text) === json ? text : null

/**
 * One side as JSON: `null`, or an object of its kind with `json` (numbers with every digit; where the payload is JSON
 * itself, as it was written), `text` or neither, and with `base64` of the very bytes unless one of these gives them
 * again. What was only decoded in part has its bytes alone.
 */
const sideJson = ({ bytes, decoded }: Side): string => {
  if (bytes === null) return 'null'
  const parts = [`"kind":${JSON.stringify(decoded.kind)}`]
  if (decoded.schema) parts.push(`"schema":${JSON.stringify(decoded.schema)}`)
  const text = exactText(bytes)
  const json = decoded.isJson && !decoded.truncated && decoded.text !== null ? onOneLine(decoded.text) : null
  const written = json === null ? null : asWritten(text, json)
  if (json !== null) parts.push(`"json":${written ?? json}`)
  else if (text !== null) parts.push(`"text":${JSON.stringify(text)}`)
  const isWhole = json === null ? text !== null && decoded.schema === null : written !== null
  if (!isWhole) parts.push(`"base64":"${base64Of(bytes)}"`)
  return `{${parts.join(',')}}`
}

const headerJson = ({ name, value }: RawHeader): string => {
  const text = value === null ? null : exactText(value)
  const body =
    value === null
      ? '"text":null'
      : text === null
        ? `"base64":"${base64Of(value)}"`
        : `"text":${JSON.stringify(text)}`
  return `{"name":${JSON.stringify(name)},${body}}`
}

export const headersJson = (headers: readonly RawHeader[]): string => `[${headers.map(headerJson).join(',')}]`

export type WholeMessage = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly timestampType: string
  readonly headers: readonly RawHeader[]
  readonly key: Side
  readonly value: Side
}

/**
 * A message as one line of JSON that loses nothing: offset and times as numbers with every digit, headers in order with
 * duplicates and nulls, bytes that are no text as base64.
 */
export const messageJson = (message: WholeMessage): string => {
  const { topic, partition, offset, timestampMs, timestampType, headers, key, value } = message
  return `{${[
    `"topic":${JSON.stringify(topic)}`,
    `"partition":${partition}`,
    `"offset":${offset}`,
    `"timestampMs":${timestampMs < 0n ? 'null' : timestampMs}`,
    `"timestampType":${JSON.stringify(timestampType)}`,
    `"headers":${headersJson(headers)}`,
    `"key":${sideJson(key)}`,
    `"value":${sideJson(value)}`,
  ].join(',')}}`
}
