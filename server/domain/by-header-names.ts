import type { RawHeader } from './dead-letter.ts'
import type { DeadLetterRules } from './dead-letter-rules.ts'

type Names = readonly RawHeader[]
type Memory<T> = {
  last: { readonly names: readonly string[]; readonly found: T } | null
  lists: Map<string, T>
}

/** Letters of one topic mostly carry the same names: so many lists of names are kept. */
const mostKept = 200

const isSame = (headers: Names, names: readonly string[]): boolean => {
  if (headers.length !== names.length) return false
  for (let place = 0; place < names.length; place++) if (headers[place]?.name !== names[place]) return false
  return true
}

/**
 * Remembers what follows from the names of a record's headers and the rules of its connection alone: `find` must not
 * look at values. Letters come by the thousand with the same names in the same order.
 */
export const byHeaderNames = <T>(
  find: (headers: Names, rules: DeadLetterRules) => T,
): ((headers: Names, rules: DeadLetterRules) => T) => {
  const memories = new WeakMap<DeadLetterRules, Memory<T>>()
  return (headers, rules) => {
    let memory = memories.get(rules)
    if (!memory) {
      memory = { last: null, lists: new Map() }
      memories.set(rules, memory)
    }
    if (memory.last !== null && isSame(headers, memory.last.names)) return memory.last.found
    const names = headers.map(({ name }) => name)
    // JSON, so that no two lists read alike.
    const list = JSON.stringify(names)
    const found = memory.lists.has(list) ? (memory.lists.get(list) as T) : find(headers, rules)
    if (memory.lists.size >= mostKept) memory.lists.clear()
    memory.lists.set(list, found)
    memory.last = { names, found }
    return found
  }
}
