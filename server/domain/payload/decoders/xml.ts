import { XMLValidator } from 'fast-xml-parser'
import { type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { readUtf8 } from '../read-utf8.ts'
import { largestSniffed, tooLarge } from './largest-sniffed.ts'

/** XML as it was written, when it is well-formed. */
export const readXml = (bytes: Buffer): Decoded | Refused => {
  if (bytes.length > largestSniffed) return tooLarge
  const text = readUtf8(bytes)
  if (text === null) return { why: 'it is not UTF-8' }
  if (!/^\s*<[A-Za-z_?!]/.test(text) || !/>\s*$/.test(text)) return { why: 'it does not begin with a tag' }
  try {
    const answer = XMLValidator.validate(text)
    return answer === true
      ? { kind: 'xml', text, isJson: false }
      : { why: `line ${answer.err.line}: ${answer.err.msg}` }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

export const xmlDecoder: Decoder = { id: 'xml', name: 'XML', read: readXml }
