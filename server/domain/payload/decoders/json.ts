import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from '../../dead-letter.ts'
import { type DecodeContext, type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { isDocument, parseExactJson } from '../exact-json.ts'
import { formatJson } from '../format-json.ts'
import { deepestJson, writeJson } from '../json-text.ts'
import { readUtf8 } from '../read-utf8.ts'

const contentType = (headers: readonly RawHeader[]): string =>
  Buffer.from(headers.findLast(({ name }) => name.toLowerCase() === 'content-type')?.value ?? []).toString(
    'utf8',
  )

/** Texts up to this many characters are looked into for the envelope of a CloudEvent without a content type. */
const largestParsed = 256 * 1024

const whyNotJson = (text: string): string => {
  try {
    JSON.parse(text)
    return `it is nested deeper than ${deepestJson} levels`
  } catch (error) {
    return messageOf(error).slice(0, 160)
  }
}

/**
 * JSON laid out, every number as written. Far more text than will be shown is not laid out nor looked through: a list
 * must not spend seconds on one large message.
 */
export const readJson = (bytes: Buffer, maxTextChars: number, scalars: boolean): Decoded | Refused => {
  const text = readUtf8(bytes)
  if (text === null) return { why: 'it is not UTF-8' }
  const isDocument = /^\s*[[{]/.test(text)
  if (!isDocument && !scalars) return { why: 'it begins with neither { nor [' }
  if (isDocument && text.length > maxTextChars * 16 && /[\]}]\s*$/.test(text.slice(-100)))
    return {
      kind: 'json',
      text: text.slice(0, maxTextChars + 1),
      isJson: true,
      why: 'by its first and last bracket; it is too large to be looked through',
    }
  const json = formatJson(text)
  return json === null ? { why: whyNotJson(text) } : { kind: 'json', text: json, isJson: true }
}

type Attributes = NonNullable<DecodedSide['event']>['attributes']

/** Attributes of a structured event: every member but the data (CloudEvents JSON format, section 2). */
const attributesOf = (text: string): Attributes | null => {
  if (text.length > largestParsed || !text.includes('"specversion"')) return null
  const parsed = parseExactJson(text)
  if (!parsed.ok || !isDocument(parsed.value)) return null
  const event = parsed.value
  const isEvent = ['specversion', 'id', 'type', 'source'].every((name) => typeof event[name] === 'string')
  return isEvent
    ? Object.entries(event)
        .filter(([name, value]) => name !== 'data' && name !== 'data_base64' && value !== null)
        .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : writeJson(value) }))
    : null
}

/** Attributes that the headers of a binary event carry (CloudEvents Kafka protocol binding, section 3.2), or null. */
export const binaryEventOf = (headers: readonly RawHeader[]): DecodedSide['event'] | null => {
  const attributes = headers
    .filter(({ name, value }) => name.startsWith('ce_') && value !== null)
    .map(({ name, value }) => ({ name: name.slice(3), value: Buffer.from(value ?? []).toString('utf8') }))
  const names = new Set(attributes.map(({ name }) => name))
  return ['specversion', 'id', 'type', 'source'].every((name) => names.has(name))
    ? { mode: 'binary', attributes }
    : null
}

const readStructuredEvent = (bytes: Buffer, { side, headers, maxTextChars }: DecodeContext) => {
  if (side === 'key') return { why: 'a key is none' }
  const isNamed = /^application\/cloudevents\+json/i.test(contentType(headers))
  const json = readJson(bytes, maxTextChars, false)
  if (!('kind' in json)) return json
  const attributes = attributesOf(json.text)
  if (attributes) return { ...json, kind: 'cloudevent', event: { mode: 'structured', attributes } } as const
  if (isNamed) return { ...json, kind: 'cloudevent' } as const
  return { why: 'it has no specversion, id, type and source, and no content type of CloudEvents' }
}

export const cloudEventDecoder: Decoder = {
  id: 'cloudevent',
  name: 'CloudEvent (structured)',
  read: readStructuredEvent,
}

export const jsonDecoder: Decoder = {
  id: 'json',
  name: 'JSON',
  read: (bytes, { maxTextChars }) => readJson(bytes, maxTextChars, false),
}
