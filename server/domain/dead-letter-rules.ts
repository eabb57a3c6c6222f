import { type DeathField, deathFields } from './dead-letter.ts'
import {
  type DeadLetterConvention,
  deadLetterConventions,
  type HeaderRule,
  rulesOf,
} from './dead-letter-conventions.ts'

/** One place where a fact of a convention may stand. */
export type Slot = { readonly field: DeathField; readonly rule: HeaderRule }

/** A convention made ready for reading many records. */
export type CompiledConvention = {
  readonly convention: DeadLetterConvention
  readonly slots: readonly Slot[]
  readonly neverWritten: readonly DeathField[]
  /** Fields the convention has headers for. */
  readonly fields: readonly DeathField[]
}

/** Where the operator says that a topic's letters come from, when nothing else tells. */
export type OriginMapping = {
  readonly topics: RegExp
  /** May name groups of the pattern: `$1`. */
  readonly originTopic: string | null
  readonly group: string | null
}

/** A header by which conventions are known or read: convention and slot by number, -1 for a mere marker. */
export type HeaderUse = {
  readonly convention: number
  readonly slot: number
  /** The bit of this marker, 0 for no marker. */
  readonly markerBit: number
}

/** All that is needed to read the dead letters of a connection: its conventions, made ready, and its mappings. */
export type DeadLetterRules = {
  readonly conventions: readonly CompiledConvention[]
  readonly uses: ReadonlyMap<string, readonly HeaderUse[]>
  readonly mappings: readonly OriginMapping[]
}

/** A convention made ready for reading letters: its rules as a list, and which fields of a death it never writes. */
export const compileConvention = (convention: DeadLetterConvention): CompiledConvention => {
  const slots = rulesOf(convention).map(([field, rule]) => ({ field, rule }))
  const fields = deathFields.filter((field) => field in convention.fields)
  return { convention, slots, fields, neverWritten: deathFields.filter((field) => !fields.includes(field)) }
}

/** Headers of compiled conventions by name. */
const headerUses = (
  conventions: readonly CompiledConvention[],
): ReadonlyMap<string, readonly HeaderUse[]> => {
  const uses = new Map<string, HeaderUse[]>()
  const add = (header: string, use: HeaderUse) => {
    const list = uses.get(header)
    if (list) list.push(use)
    else uses.set(header, [use])
  }
  for (const [convention, { convention: one, slots }] of conventions.entries()) {
    const bits = new Map(one.marker.map((header, bit) => [header, 1 << bit]))
    for (const [slot, { rule }] of slots.entries())
      add(rule.header, { convention, slot, markerBit: bits.get(rule.header) ?? 0 })
    for (const [header, markerBit] of bits)
      if (!slots.some(({ rule }) => rule.header === header)) add(header, { convention, slot: -1, markerBit })
  }
  return uses
}

/** Makes rules of the operator's conventions, which go before the frameworks', and mappings. */
export const makeDeadLetterRules = (
  own: readonly DeadLetterConvention[] = [],
  mappings: readonly OriginMapping[] = [],
): DeadLetterRules => {
  const conventions = [...own, ...deadLetterConventions].map(compileConvention)
  return { conventions, uses: headerUses(conventions), mappings }
}

/** The frameworks' conventions alone. */
export const defaultDeadLetterRules: DeadLetterRules = makeDeadLetterRules()
