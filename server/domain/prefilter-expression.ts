import type { ASTNode } from '@marcbachmann/cel-js'
import type { Side } from '#server/contracts/decoders.ts'
import type { ExpressionPrefilter, HiddenText, SearchedMessage } from './match-message.ts'
import { schemaHeaderWords } from './payload/find-frames.ts'

type Root = Side | 'headers'
/** One of these texts stands within what `root` names; `isField`: within a field of it, which only a document has. */
type Need = { readonly root: Root; readonly isField: boolean; readonly texts: readonly string[] }

/**
 * Takes from an expression what can be looked for before a message is decoded: texts that a field of key, value or
 * headers must equal, contain, begin or end with, as far as `&&` alone joins them. Nothing under `!`, nor in a loop; `||`
 * only where both sides need the same part. Nothing of a side in `unsure`, which an operator's choice or a configured
 * type may read as anything.
 *
 * Headers are bytes as they are written. A key or value is only where a decoder gives a text as it stands in the bytes
 * (`mayHideField`, `mayHideText`):
 * - its first byte is a letter of a text. What names a schema begins with 0, 1 or 3, MessagePack and CBOR with a byte
 *   from 0x80 on; an enum, a date, a decimal of theirs, and what is compressed, stand there otherwise than they read;
 * - what a field is asked for is then JSON, since nothing else that begins so has fields. What is asked for as a whole
 *   must be short ASCII throughout: other bytes may be shown in hexadecimal;
 * - no header names a schema, and no escape of JSON stands in the message that could spell the text. Both are looked for
 *   beside the texts.
 * Batches in which none of it stands, and in which every key or value is verbatim, are skipped whole, their records
 * untouched but for the lengths at their heads.
 */
export const prefilterExpression = (
  ast: ASTNode,
  unsure: ReadonlySet<Side> = new Set(),
): ExpressionPrefilter => {
  const needs = needsOf(ast).filter(({ root }) => root === 'headers' || !unsure.has(root))
  const looks = needs.map((need) => ({ rarity: rarityOf(need), ...lookOf(need) }))
  const [rarest] = looks.toSorted((a, b) => b.rarity - a.rarity)
  return {
    literals: rarest ? [...rarest.texts, ...rarest.doubts] : [],
    rarity: rarest?.rarity ?? 0,
    unlessHidden: rarest?.hidden ?? null,
    accept: (message) => looks.every((look) => mayFit(look, message)),
  }
}

/** Likely to be in few messages: the longer the shortest of its texts. */
const rarityOf = ({ texts }: Need): number => Math.min(...texts.map(({ length }) => length))

type Look = {
  readonly root: Root
  readonly texts: readonly Buffer[]
  /** With one of them in it, a message may read as a text that its bytes do not hold. */
  readonly doubts: readonly Buffer[]
  /** Those of them that stand in a header's name. */
  readonly words: readonly string[]
  readonly hidden: HiddenText | null
}

const lookOf = ({ root, isField, texts }: Need): Look => {
  const forms = texts.map((text) => Buffer.from(text))
  if (root === 'headers') return { root, texts: forms, doubts: [], words: [], hidden: null }
  const mayHide = isField ? mayHideField : mayHideText
  const words = schemaHeaderWords(root)
  return {
    root,
    texts: forms,
    doubts: [...escapesOf(texts), ...words].map((text) => Buffer.from(text)),
    words,
    hidden: { side: root, test: mayHide },
  }
}

const mayFit = ({ root, texts, doubts, words, hidden }: Look, message: SearchedMessage): boolean => {
  if (root === 'headers') return message.headers.some(({ value }) => value !== null && holds(value, texts))
  const bytes = message[root]
  if (bytes === null) return false
  if (hidden?.test(bytes, 0, bytes.length) || holds(bytes, texts) || holds(bytes, doubts)) return true
  return message.headers.some(({ name }) => words.some((word) => name.includes(word)))
}

const holds = (bytes: Uint8Array, forms: readonly Buffer[]): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return forms.some((form) => buffer.indexOf(form) >= 0)
}

/**
 * The escapes of JSON (RFC 8259, section 7) by which a text may be written: any letter as `\u`, a slash as `\/`; a quote,
 * a backslash and what is no letter always by one of several.
 */
const escapesOf = (texts: readonly string[]): readonly string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON must escape
  if (texts.some((text) => /["\\\u0000-\u001f]/.test(text))) return ['\\']
  return texts.some((text) => text.includes('/')) ? ['\\u', '\\/'] : ['\\u']
}

const longestText = 256
const [tab, lineFeed, carriageReturn] = [0x09, 0x0a, 0x0d]

/** Whether a byte begins a text of ASCII: a letter, a bracket, a space. */
const beginsText = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === tab || byte === lineFeed || byte === carriageReturn

/** Whether bytes may hold fields whose texts do not stand in them. What is empty has none. */
const mayHideField = (bytes: Uint8Array, from: number, to: number): boolean =>
  from < to && !beginsText(bytes[from] ?? 0)

/** Whether bytes may read as a text that does not stand in them. */
const mayHideText = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from > longestText) return true
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 || byte >= 0x7f) return true
  }
  return false
}

/** Of what a node needs, for each part that which is likely to be in the fewest messages. */
const rarestByRoot = (node: ASTNode): ReadonlyMap<Root, Need> => {
  const rarest = new Map<Root, Need>()
  for (const need of needsOf(node)) {
    const known = rarest.get(need.root)
    if (!known || rarityOf(need) > rarityOf(known)) rarest.set(need.root, need)
  }
  return rarest
}

const needsOf = (node: ASTNode): Need[] => {
  switch (node.op) {
    case '&&':
      return node.args.flatMap(needsOf)
    case '||': {
      const [left, right] = [rarestByRoot(node.args[0]), rarestByRoot(node.args[1])]
      // Each side alone would do: only what both need of the same part is needed. Of each part one: the needs of many
      // alternatives would multiply.
      return [...left].flatMap(([root, one]) => {
        const other = right.get(root)
        return other
          ? [{ root, isField: one.isField && other.isField, texts: [...one.texts, ...other.texts] }]
          : []
      })
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

/** A field that must hold one of the texts, when it is a field and all of them are texts that bytes can hold. */
const needOf = (field: ASTNode, texts: readonly ASTNode[]): Need[] => {
  const root = rootOf(field)
  const found = texts.map(({ op, args }) =>
    op === 'value' && typeof args === 'string' && args.isWellFormed() ? args : '',
  )
  return root === null || found.length === 0 || found.includes('')
    ? []
    : [{ root, isField: field.op !== 'id', texts: found }]
}

const rootOf = (node: ASTNode): Root | null => {
  if (node.op === 'id')
    return node.args === 'key' || node.args === 'value' || node.args === 'headers' ? node.args : null
  return node.op === '.' || node.op === '[]' ? rootOf(node.args[0]) : null
}
