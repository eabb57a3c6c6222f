import type { SearchTerm } from '#server/contracts/message-search.ts'
import type { SeenMessage } from './expression-names.ts'
import { makeMessageMatcher, type SearchedMessage } from './match-message.ts'

/** The parts of a message that a mask may change. */
export type MaskedPart = 'key' | 'value' | 'headers'

/**
 * Takes away what a reader may not see. `hides` names every part that `apply` may change; filters judge these by what
 * `apply` leaves, and the others by the bytes as the broker holds them. What could not be decoded comes as text in
 * hexadecimal: `apply` must take it away where it hides a field.
 */
export type Mask = {
  readonly hides: ReadonlySet<MaskedPart>
  readonly apply: (message: SeenMessage) => SeenMessage
}

const everything: readonly MaskedPart[] = ['key', 'value', 'headers']

/**
 * Where a term looks for what is written. Expressions are judged apart, always by what was decoded. Partitions, offsets,
 * times, sizes, schema ids and whether key or value is null are shown of every message, so no mask hides them.
 */
const partsOf = (term: SearchTerm): readonly MaskedPart[] => {
  switch (term.kind) {
    case 'text':
      return everything
    case 'key':
    case 'value':
      return [term.kind]
    case 'header':
    case 'trace':
      return ['headers']
    case 'is':
      return term.what === 'null-header' ? ['headers'] : []
    default:
      return []
  }
}

/** Whether a term looks into what is hidden, so that its bytes tell more than its reader may know. */
export const looksInto = (term: SearchTerm, hides: ReadonlySet<MaskedPart>): boolean =>
  partsOf(term).some((part) => hides.has(part))

export type MaskedTest = {
  /** What must have been read whole. */
  readonly parts: ReadonlySet<MaskedPart>
  readonly accept: (message: SearchedMessage, seen: SeenMessage) => boolean
}

/**
 * The terms of a search that look into what a mask hides, as one test of what its reader may see; null when none does.
 * `seen` is what `apply` has left of the message.
 */
export const makeMaskedTest = (terms: readonly SearchTerm[], { hides }: Mask): MaskedTest | null => {
  const masked = terms.filter((term) => looksInto(term, hides))
  if (masked.length === 0) return null
  // None of these terms counts from a time.
  const { accept } = makeMessageMatcher(masked, 0)
  return {
    parts: new Set(masked.flatMap(partsOf)),
    accept: (message, { key, value, headers }) =>
      accept({
        ...message,
        ...(hides.has('key') ? { key: bytesOf(key.text) } : {}),
        ...(hides.has('value') ? { value: bytesOf(value.text) } : {}),
        ...(hides.has('headers') ? { headers } : {}),
      }),
  }
}

const bytesOf = (text: string | null): Uint8Array | null =>
  text === null ? null : new TextEncoder().encode(text)
