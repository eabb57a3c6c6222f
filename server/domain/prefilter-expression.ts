import type { ASTNode } from '@marcbachmann/cel-js'
import type { ExpressionPrefilter, SearchedMessage } from './match-message.ts'

type Root = 'key' | 'value' | 'headers'
/** One of these texts stands within what `root` names. */
type Need = { readonly root: Root; readonly texts: readonly string[] }

/**
 * Takes from an expression what can be looked for before a message is decoded: texts that a field of key, value or
 * headers must equal, contain, begin or end with, as far as `&&` alone joins them. Nothing under `!`, nor in a loop; `||`
 * only where both sides need the same part.
 *
 * Headers are bytes as they are written, so their texts are looked for in whole batches. Keys and values are not: JSON
 * may write any letter as an escape, and Avro, Protobuf and others hold no text at all for an enum, a date or a number.
 * So they are only looked through where they are plainly JSON or plain text, and every escape lets them pass.
 */
export const prefilterExpression = (ast: ASTNode): ExpressionPrefilter => {
  const needs = needsOf(ast)
  const ofHeaders = needs.filter(({ root }) => root === 'headers').sort((a, b) => rarity(b) - rarity(a))[0]
  const tests = needs.map(({ root, texts }) => {
    const forms = texts.map((text) => Buffer.from(text))
    if (root === 'headers')
      return ({ headers }: SearchedMessage) =>
        headers.some(({ value }) => value !== null && holds(value, forms))
    return (message: SearchedMessage) => {
      const bytes = message[root]
      if (bytes === null) return false
      return !isPlain(bytes, message) || holds(bytes, forms) || holds(bytes, escapes)
    }
  })
  return {
    literals: ofHeaders?.texts.map((text) => new TextEncoder().encode(text)) ?? [],
    accept: (message) => tests.every((test) => test(message)),
  }
}

const rarity = ({ texts }: Need): number => Math.min(...texts.map(({ length }) => length))

/** With one of them a text of JSON may stand otherwise than it reads. */
const escapes = [Buffer.from('\\'), Buffer.from('data_base64')]

const holds = (bytes: Uint8Array, forms: readonly Buffer[]): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return forms.some((form) => buffer.indexOf(form) >= 0)
}

const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/** JSON of braces or brackets, or letters of ASCII alone: no decoder reads another text out of them than is there. */
const isPlain = (bytes: Uint8Array, { headers }: SearchedMessage): boolean => {
  // A schema that is named by a header decodes what may look like anything.
  if (headers.some(({ name }) => /schema|proto|avro/i.test(name))) return false
  const [first, last] = [bytes[0], bytes.at(-1)]
  if (first === openBrace) return last === closeBrace
  if (first === openBracket) return last === closeBracket
  return (
    bytes.length <= 256 &&
    bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x3c && byte !== 0x26)
  )
}

const needsOf = (node: ASTNode): Need[] => {
  switch (node.op) {
    case '&&':
      return node.args.flatMap(needsOf)
    case '||': {
      const [left = [], right = []] = node.args.map(needsOf)
      // Each side alone would do: only what both need of the same part is needed.
      return left.flatMap(({ root, texts }) =>
        right.flatMap((other) => (other.root === root ? [{ root, texts: [...texts, ...other.texts] }] : [])),
      )
    }
    case '==':
      return needOf(node.args[0], [node.args[1]]).concat(needOf(node.args[1], [node.args[0]]))
    case 'in':
      return node.args[1].op === 'list' ? needOf(node.args[0], node.args[1].args) : []
    case 'rcall': {
      const [name, receiver, args] = node.args
      return name === 'contains' || name === 'startsWith' || name === 'endsWith' ? needOf(receiver, args) : []
    }
    default:
      return []
  }
}

/** A field that must hold one of the texts, when it is a field and all of them are texts. */
const needOf = (field: ASTNode, texts: readonly ASTNode[]): Need[] => {
  const root = rootOf(field)
  const found = texts.map(({ op, args }) => (op === 'value' && typeof args === 'string' ? args : ''))
  return root === null || found.length === 0 || found.includes('') ? [] : [{ root, texts: found }]
}

const rootOf = (node: ASTNode): Root | null => {
  if (node.op === 'id')
    return node.args === 'key' || node.args === 'value' || node.args === 'headers' ? node.args : null
  return node.op === '.' || node.op === '[]' ? rootOf(node.args[0]) : null
}
