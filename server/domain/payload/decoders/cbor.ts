import { decode, type TagDecoder } from 'cborg'
import { type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { findCborShape } from '../is-whole-cbor.ts'
import { ExactNumber, WithRaw, writeJson } from '../json-text.ts'
import { isoTime } from '../time-words.ts'
import { largestSniffed, tooLarge } from './largest-sniffed.ts'

const bigOf = (bytes: unknown): bigint => {
  const hex = Buffer.from(bytes as Uint8Array).toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

/** More digits than anyone reads: an exponent can name them in a few bytes. */
const mostDigits = 10_000n

/** Mantissa times ten to the exponent (RFC 8949, section 3.4.4), digit by digit. */
const decimalFraction = (content: unknown): unknown => {
  if (!Array.isArray(content) || content.length !== 2) return content
  const [exponent, mantissa] = [BigInt(content[0]), BigInt(content[1])]
  if (exponent > mostDigits || exponent < -mostDigits) return content
  if (exponent >= 0n) return new ExactNumber((mantissa * 10n ** exponent).toString())
  const scale = Number(-exponent)
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(scale + 1, '0')
  return new ExactNumber(`${mantissa < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`)
}

const epochTime = (seconds: unknown): unknown => {
  const ms = typeof seconds === 'bigint' ? seconds * 1000n : BigInt(Math.round(Number(seconds) * 1000))
  const text = isoTime(ms, 3)
  return text === null ? seconds : new WithRaw(text, String(seconds), 'epoch time (tag 1)')
}

const uuidOf = (bytes: unknown): unknown =>
  bytes instanceof Uint8Array && bytes.length === 16
    ? Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    : bytes

/** Tags whose content means more than it is (RFC 8949, section 3.4, and the IANA registry). */
const meanings: Readonly<Record<number, (content: unknown) => unknown>> = {
  0: (text) => text,
  1: epochTime,
  2: bigOf,
  3: (bytes) => -1n - bigOf(bytes),
  4: decimalFraction,
  32: (text) => text,
  37: uuidOf,
  55799: (content) => content,
}

const tagDecoders = (tags: ReadonlySet<number>): Record<number, TagDecoder> =>
  Object.fromEntries(
    [...tags].map((tag) => {
      const meaning = meanings[tag] ?? ((value: unknown) => ({ '@tag': tag, value }))
      return [tag, (content) => meaning(content())] as const
    }),
  )

/** CBOR, whole and within bounds. `anyValue` also takes what is neither map nor list. */
export const readCbor = (bytes: Buffer, anyValue: boolean): Decoded | Refused => {
  if (bytes.length > largestSniffed && !anyValue) return tooLarge
  const first = bytes[0] ?? 0
  const isSelfDescribed = first === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7
  if (!anyValue && (first < 0x80 || first > 0xbf) && !isSelfDescribed)
    return { why: 'it begins with neither a list nor a map' }
  const shape = findCborShape(bytes)
  if ('why' in shape) return shape
  if (!anyValue && shape.major !== 4 && shape.major !== 5) return { why: 'it is neither a list nor a map' }
  try {
    const value = decode(bytes, {
      useMaps: true,
      tags: tagDecoders(shape.tags),
      rejectDuplicateMapKeys: false,
    })
    return { kind: 'cbor', text: writeJson(value), isJson: true }
  } catch (error) {
    return { why: messageOf(error).replace(/^CBOR decode error: /, '') }
  }
}

export const cborDecoder: Decoder = { id: 'cbor', name: 'CBOR', read: (bytes) => readCbor(bytes, false) }
