import { decode } from '@msgpack/msgpack'
import { type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { isWholeMessagePack } from '../is-whole-messagepack.ts'
import { writeJson } from '../json-text.ts'
import { largestSniffed, tooLarge } from './largest-sniffed.ts'

/** MessagePack, every 64-bit integer whole. `anyValue` also takes what is neither map nor list. */
export const readMessagePack = (bytes: Buffer, anyValue: boolean): Decoded | Refused => {
  if (bytes.length > largestSniffed && !anyValue) return tooLarge
  const isWhole = isWholeMessagePack(bytes)
  if (!isWhole && !anyValue) return { why: 'it is not one map or list of MessagePack, whole' }
  if (!anyValue && !isNamed(bytes)) return { why: 'the first name of its map is no text' }
  // Without the check before, a scalar: of its own length at most, so nothing is reserved for what it names.
  if (!isWhole && (bytes.length === 0 || isContainer(bytes[0] ?? 0)))
    return { why: 'it is no value of MessagePack, whole' }
  try {
    return {
      kind: 'msgpack',
      text: writeJson(decode(bytes, { useBigInt64: true, rawStrings: false })),
      isJson: true,
    }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

/** A map whose first name is no text may as well be CBOR, whose heads overlap with these: only a choice takes it. */
const isNamed = (bytes: Buffer): boolean => {
  const first = bytes[0] ?? 0
  const head = first === 0xde ? 3 : first === 0xdf ? 5 : first > 0x80 && first <= 0x8f ? 1 : 0
  const name = bytes[head] ?? 0
  return head === 0 || (name >= 0xa0 && name <= 0xbf) || (name >= 0xd9 && name <= 0xdb)
}

const isContainer = (first: number): boolean =>
  (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf)

export const messagePackDecoder: Decoder = {
  id: 'msgpack',
  name: 'MessagePack',
  read: (bytes) => readMessagePack(bytes, false),
}
