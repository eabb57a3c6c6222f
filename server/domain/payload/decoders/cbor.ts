import { decode, type TagDecoder } from 'cborg'
import { type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { findCborShape } from '../is-whole-cbor.ts'
import { scaledNumber, tooLongForDigits, WithRaw, writeJson } from '../json-text.ts'
import { isoTime } from '../time-words.ts'
import { largestSniffed, tooLarge } from './largest-sniffed.ts'

const bigOf = (bytes: Uint8Array): bigint => {
  const hex = Buffer.from(bytes).toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

const bignum =
  (tag: 2 | 3) =>
  (content: unknown): unknown => {
    if (!(content instanceof Uint8Array)) return { '@tag': tag, value: content }
    const long = tooLongForDigits(content, `a number (tag ${tag})`)
    return long ?? (tag === 2 ? bigOf(content) : -1n - bigOf(content))
  }

/** Mantissa times ten to the exponent (RFC 8949, section 3.4.4), digit by digit. */
const decimalFraction = (content: unknown): unknown => {
  if (!Array.isArray(content) || content.length !== 2) return content
  const [exponent, mantissa] = content
  const isWhole = (one: unknown): one is number | bigint => typeof one === 'bigint' || Number.isInteger(one)
  return isWhole(exponent) && isWhole(mantissa) ? scaledNumber(BigInt(mantissa), BigInt(exponent)) : content
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
  2: bignum(2),
  3: bignum(3),
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
