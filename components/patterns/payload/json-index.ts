import { GrowingNumbers } from './growing-numbers.ts'
import type { SlicedWork } from './run-in-slices.ts'

export const jsonKinds = { object: 0, list: 1, text: 2, number: 3, word: 4 } as const

/**
 * Where everything stands in a JSON text. Nodes are in the order of the text; a node's children follow it, up to its
 * `next`. Nothing is parsed: names and values are parts of the text, so every digit stays as it was written.
 */
export type JsonIndex = {
  readonly text: string
  readonly count: number
  /** Whether a bracket is still open at the end: the text is the first part of a longer one. */
  readonly kind: (node: number) => number
  readonly start: (node: number) => number
  readonly end: (node: number) => number
  /** Where its name begins, with the quote; -1 for an item of a list and for the whole. */
  readonly nameStart: (node: number) => number
  readonly nameEnd: (node: number) => number
  /** -1 for the whole. */
  readonly parent: (node: number) => number
  /** The first node after this one and all within it. */
  readonly next: (node: number) => number
  /** Its children. */
  readonly size: (node: number) => number
  readonly depth: (node: number) => number
}

/** The work yields after this many nodes or characters: a fraction of a slice. */
const nodesPerStep = 2_000
const charsPerStep = 100_000

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** After the closing quote of a text that begins at `at`; -1 when it does not end. */
const endOfText = (source: string, at: number): number => {
  for (let end = source.indexOf('"', at + 1); end >= 0; end = source.indexOf('"', end + 1)) {
    let slashes = 0
    while (source.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1
    if (slashes % 2 === 0) return end + 1
  }
  return -1
}

const endOfWord = (source: string, at: number): number => {
  let end = at
  for (; end < source.length; end++) {
    const code = source.charCodeAt(end)
    if (code === 0x2c || code === 0x5d || code === 0x7d || isSpace(code)) break
  }
  return end
}

/**
 * Finds every name and value of a JSON text in one pass without recursion. Answers null for what is no JSON. Texts come
 * from a decoder that has checked them: what only a strict reader would refuse may pass here.
 */
export function* indexJson(text: string): SlicedWork<JsonIndex | null> {
  const [kinds, starts, ends, nameStarts, nameEnds, parents, nexts, sizes, depths] = Array.from(
    { length: 9 },
    () => new GrowingNumbers(),
  ) as [
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
    GrowingNumbers,
  ]
  let at = 0
  let open = -1
  let [name, nameEnd] = [-1, -1]
  let steppedAt = 0
  const skip = (): void => {
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  }
  const add = (kind: number, start: number): number => {
    const node = kinds.length
    kinds.push(kind)
    starts.push(start)
    ends.push(start)
    nameStarts.push(name)
    nameEnds.push(nameEnd)
    parents.push(open)
    nexts.push(node + 1)
    sizes.push(0)
    depths.push(open < 0 ? 0 : depths.at(open) + 1)
    if (open >= 0) sizes.set(open, sizes.at(open) + 1)
    name = -1
    nameEnd = -1
    return node
  }
  for (;;) {
    if (kinds.length % nodesPerStep === nodesPerStep - 1 || at - steppedAt > charsPerStep) {
      steppedAt = at
      yield at / text.length
    }
    skip()
    if (at >= text.length) return null
    const inObject = open >= 0 && kinds.at(open) === jsonKinds.object
    let code = text.charCodeAt(at)
    const closes = code === 0x7d || code === 0x5d
    if (closes && open >= 0 && (code === 0x7d) === inObject && sizes.at(open) === 0) {
      // An empty one.
    } else {
      if (closes) return null
      if (inObject) {
        if (code !== 0x22) return null
        name = at
        nameEnd = endOfText(text, at)
        if (nameEnd < 0) return null
        at = nameEnd
        skip()
        if (text.charCodeAt(at) !== 0x3a) return null
        at += 1
        skip()
        code = text.charCodeAt(at)
      }
      if (code === 0x7b || code === 0x5b) {
        open = add(code === 0x7b ? jsonKinds.object : jsonKinds.list, at)
        at += 1
        continue
      }
      const end = code === 0x22 ? endOfText(text, at) : endOfWord(text, at)
      if (end <= at) return null
      const isNumber = code === 0x2d || (code >= 0x30 && code <= 0x39)
      ends.set(add(code === 0x22 ? jsonKinds.text : isNumber ? jsonKinds.number : jsonKinds.word, at), end)
      at = end
    }
    // After a value: brackets that close, then a comma, or the end.
    for (;;) {
      skip()
      if (open < 0) {
        if (at < text.length) return null
        return {
          text,
          count: kinds.length,
          kind: (node) => kinds.at(node),
          start: (node) => starts.at(node),
          end: (node) => ends.at(node),
          nameStart: (node) => nameStarts.at(node),
          nameEnd: (node) => nameEnds.at(node),
          parent: (node) => parents.at(node),
          next: (node) => nexts.at(node),
          size: (node) => sizes.at(node),
          depth: (node) => depths.at(node),
        }
      }
      const mark = text.charCodeAt(at)
      at += 1
      if (mark === 0x2c) break
      if (mark !== (kinds.at(open) === jsonKinds.object ? 0x7d : 0x5d)) return null
      ends.set(open, at)
      nexts.set(open, kinds.length)
      open = parents.at(open)
      if (kinds.length % nodesPerStep === 0) yield at / text.length
    }
  }
}

export const isContainer = ({ kind }: JsonIndex, node: number): boolean => kind(node) <= jsonKinds.list

/** A node's name as it is meant, or its place in its list; null for the whole. */
export const nameOfNode = (index: JsonIndex, node: number): string | number | null => {
  const start = index.nameStart(node)
  if (start >= 0) {
    const written = index.text.slice(start, index.nameEnd(node))
    try {
      return String(JSON.parse(written))
    } catch {
      return written.slice(1, -1)
    }
  }
  const parent = index.parent(node)
  if (parent < 0) return null
  let place = 0
  for (let sibling = parent + 1; sibling < node; sibling = index.next(sibling)) place += 1
  return place
}

/** Where a node stands, as code writes it (`order.lines[2]["a b"]`) and as a JSON Pointer. */
export const pathOf = (
  index: JsonIndex,
  node: number,
): { readonly shown: string; readonly pointer: string } => {
  const names: (string | number)[] = []
  for (let at = node; at >= 0; at = index.parent(at)) {
    const name = nameOfNode(index, at)
    if (name !== null) names.unshift(name)
  }
  const shown = names
    .map((name, place) =>
      typeof name === 'number'
        ? `[${name}]`
        : /^[A-Za-z_$][\w$]*$/.test(name)
          ? `${place === 0 ? '' : '.'}${name}`
          : `[${JSON.stringify(name)}]`,
    )
    .join('')
  const pointer = names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { shown, pointer }
}

/** The node at a JSON Pointer (RFC 6901), or -1. */
export const nodeAtPointer = (index: JsonIndex, pointer: string): number => {
  let node = index.count > 0 ? 0 : -1
  for (const part of pointer.split('/').slice(1)) {
    const wanted = part.replaceAll('~1', '/').replaceAll('~0', '~')
    let place = 0
    let found = -1
    for (let child = node + 1; child < index.next(node) && found < 0; child = index.next(child)) {
      const name = index.nameStart(child) < 0 ? place : nameOfNode(index, child)
      if (String(name) === wanted) found = child
      place += 1
    }
    if (found < 0) return -1
    node = found
  }
  return node
}
