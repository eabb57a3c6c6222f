import { diffArrays } from 'diff'
import { isContainer, type JsonIndex, jsonKinds, nameOfNode } from './json-index.ts'
import type { SlicedWork } from './run-in-slices.ts'

export type FieldChange = {
  /** As code writes it; empty for the whole. */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** As it was written; null where it is added. */
  readonly before: string | null
  readonly after: string | null
}
export type JsonDiff = {
  readonly changes: readonly FieldChange[]
  /** There are more changes than are listed. */
  readonly more: boolean
}

const mostChanges = 2_000
/** Longer lists are compared place by place: finding what moved takes the square of their length. */
const longestAligned = 2_000

const childrenOf = (index: JsonIndex, node: number): number[] => {
  const children: number[] = []
  for (let child = node + 1; child < index.next(node); child = index.next(child)) children.push(child)
  return children
}

/** A value's text without the space between its parts, so that layout is no difference. Order of members is one. */
const compact = (index: JsonIndex, node: number): string => {
  const { text } = index
  if (!isContainer(index, node)) return text.slice(index.start(node), index.end(node))
  const parts: string[] = []
  for (let at = node; at < index.next(node); at++) {
    const name = index.nameStart(at)
    if (name >= 0) parts.push(text.slice(name, index.nameEnd(at)))
    parts.push(
      isContainer(index, at)
        ? `${index.kind(at)}${index.size(at)}`
        : text.slice(index.start(at), index.end(at)),
    )
  }
  return parts.join('\u0000')
}

const childPath = (path: string, name: string | number): string =>
  typeof name === 'number'
    ? `${path}[${name}]`
    : /^[A-Za-z_$][\w$]*$/.test(name)
      ? `${path}${path === '' ? '' : '.'}${name}`
      : `${path}[${JSON.stringify(name)}]`

type Pair = readonly [path: string, before: number | null, after: number | null]

/** Members by name; one that is written twice is told apart by its place. */
const membersOf = (index: JsonIndex, node: number): Map<string, number> => {
  const members = new Map<string, number>()
  for (const child of childrenOf(index, node)) {
    const name = String(nameOfNode(index, child))
    members.set(members.has(name) ? `${name}#${child}` : name, child)
  }
  return members
}

const pairMembers = (before: JsonIndex, a: number, after: JsonIndex, b: number, path: string): Pair[] => {
  const [old, now] = [membersOf(before, a), membersOf(after, b)]
  const pairs: Pair[] = [...old].map(([name, node]) => [childPath(path, name), node, now.get(name) ?? null])
  for (const [name, node] of now) if (!old.has(name)) pairs.push([childPath(path, name), null, node])
  return pairs
}

/** Items that stayed the same are found first; what lies between them is compared in order. */
const pairItems = (before: JsonIndex, a: number, after: JsonIndex, b: number, path: string): Pair[] => {
  const [old, now] = [childrenOf(before, a), childrenOf(after, b)]
  if (old.length > longestAligned || now.length > longestAligned)
    return Array.from({ length: Math.max(old.length, now.length) }, (_, place) => [
      childPath(path, place),
      old[place] ?? null,
      now[place] ?? null,
    ])
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  let removed: number[] = []
  const flush = (): void => {
    removed.forEach((place) => {
      pairs.push([childPath(path, place), old[place] ?? null, null])
    })
    removed = []
  }
  const parts = diffArrays(
    old.map((node) => compact(before, node)),
    now.map((node) => compact(after, node)),
  )
  for (const part of parts) {
    if (part.removed) {
      for (let n = 0; n < part.value.length; n++) removed.push(i++)
      continue
    }
    for (let n = 0; n < part.value.length; n++) {
      const taken = part.added ? removed.shift() : undefined
      if (part.added)
        pairs.push([childPath(path, j), taken === undefined ? null : (old[taken] ?? null), now[j] ?? null])
      else i += 1
      j += 1
    }
    flush()
  }
  flush()
  return pairs
}

/** What of a JSON document was added, removed or changed, field by field, each value as it was written. */
export function* diffJson(before: JsonIndex, after: JsonIndex): SlicedWork<JsonDiff> {
  const changes: FieldChange[] = []
  const todo: Pair[] = [['', 0, 0]]
  const textOf = (index: JsonIndex, node: number) => index.text.slice(index.start(node), index.end(node))
  for (let pair = todo.pop(); pair; pair = todo.pop()) {
    yield changes.length / mostChanges
    if (changes.length >= mostChanges) return { changes, more: true }
    const [path, a, b] = pair
    if (a === null || b === null) {
      if (b !== null) changes.push({ path, kind: 'added', before: null, after: textOf(after, b) })
      else if (a !== null) changes.push({ path, kind: 'removed', before: textOf(before, a), after: null })
      continue
    }
    const kind = before.kind(a)
    if (kind === after.kind(b) && kind <= jsonKinds.list) {
      const pairs = (kind === jsonKinds.object ? pairMembers : pairItems)(before, a, after, b, path)
      for (const one of pairs.reverse()) todo.push(one)
    } else {
      const [old, now] = [textOf(before, a), textOf(after, b)]
      if (old !== now) changes.push({ path, kind: 'changed', before: old, after: now })
    }
  }
  return { changes, more: false }
}
