import type { Death, DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { connectStyle, connectSuffixes, type HeaderRule } from './dead-letter-conventions.ts'
import {
  type CompiledConvention,
  compileConvention,
  type DeadLetterRules,
  defaultDeadLetterRules,
} from './dead-letter-rules.ts'
import { type Reading, readDeaths } from './read-deaths.ts'
import { isDeadLetterTopic } from './topic-kind.ts'

/**
 * Which of two conventions on one record died last; negative when `a` did. Who read the dead-letter topic of the other
 * came later; so did whose dead-letter topic holds the record. Otherwise by position: most frameworks append at the
 * end, SmallRye writes at the very front, and where both are at their places (which looks alike in either order) the
 * table's order stands.
 */
const byDeath = (topic: string | undefined, length: number) => (a: Reading, b: Reading) => {
  const readDeadLetters = ({ deaths }: Reading) =>
    Number(isDeadLetterTopic(deaths[0]?.originTopic?.value ?? ''))
  const holds = ({ compiled: { convention } }: Reading) =>
    Number(topic !== undefined && convention.topics?.test(topic) === true)
  const inPlace = ({ compiled: { convention }, lastIndex, deaths }: Reading) =>
    convention.newest === 'last'
      ? Number(lastIndex === length - 1)
      : Number(Object.values(deaths[0] ?? {}).some(({ index }) => index === 0))
  const later = (of: (reading: Reading) => number) => of(b) - of(a)
  if (later(readDeadLetters) !== 0) return later(readDeadLetters)
  if (later(holds) !== 0) return later(holds)
  return a.compiled.convention.newest === 'last' && b.compiled.convention.newest === 'last'
    ? later(({ markerIndex }) => markerIndex)
    : later(inPlace)
}

/** Prefixes come from records of anybody: so many are kept ready. */
const keptPrefixes = 64
const connectStyles = new Map<string, CompiledConvention>()

const connectStyleOf = (prefix: string): CompiledConvention => {
  const kept = connectStyles.get(prefix)
  if (kept) return kept
  const compiled = compileConvention(connectStyle(prefix))
  if (connectStyles.size < keptPrefixes) connectStyles.set(prefix, compiled)
  return compiled
}

/** Whether a record has Connect's headers under this prefix: its coordinates and two of what Connect adds to them. */
const isConnectStyle = (prefix: string, names: ReadonlySet<string>): boolean =>
  names.has(`${prefix}partition`) &&
  names.has(`${prefix}offset`) &&
  connectSuffixes.filter((suffix) => names.has(prefix + suffix)).length >= 2

const readConnectStyle = (headers: readonly RawHeader[], prefix: string): Reading => {
  const compiled = connectStyleOf(prefix)
  const slotOf = new Map(compiled.slots.map(({ rule }, slot) => [rule.header, slot]))
  const hits = headers.flatMap(({ name }, index) => {
    const slot = slotOf.get(name)
    return slot === undefined ? [] : [index, slot]
  })
  return readDeaths(headers, compiled, hits)
}

/** Reads every convention whose headers a record carries; the frameworks' and the operator's in their order. */
const readConventions = (
  headers: readonly RawHeader[],
  { conventions, uses }: DeadLetterRules,
): readonly Reading[] => {
  const hitsOf: number[][] = []
  const markersOf: number[] = []
  const prefixes = new Set<string>()
  for (let index = 0; index < headers.length; index++) {
    const name = headers[index]?.name ?? ''
    const found = uses.get(name)
    for (const { convention, slot, markerBit } of found ?? []) {
      if (slot >= 0) {
        const hits = hitsOf[convention]
        if (hits) hits.push(index, slot)
        else hitsOf[convention] = [index, slot]
      }
      if (markerBit > 0) markersOf[convention] = (markersOf[convention] ?? 0) | markerBit
    }
    if (name.endsWith('topic') && name.length > 5 && (!found || name === '__streams.errors.topic'))
      prefixes.add(name.slice(0, -5))
  }
  const names = prefixes.size > 0 ? new Set(headers.map(({ name }) => name)) : null
  const readings: Reading[] = []
  for (const [number, found] of markersOf.entries()) {
    const compiled = conventions[number]
    if (!found || !compiled || found !== (1 << compiled.convention.marker.length) - 1) continue
    const { unless } = compiled.convention
    if (unless !== undefined && headers.some(({ name }) => name === unless)) continue
    readings.push(readDeaths(headers, compiled, hitsOf[number] ?? []))
  }
  for (const prefix of prefixes)
    if (names && isConnectStyle(prefix, names)) readings.push(readConnectStyle(headers, prefix))
  return readings
}

const isSame = (a: Death, b: Death): boolean => {
  const [left, right] = [a, b].map((death) =>
    JSON.stringify(Object.entries(death).map(([field, { value }]) => [field, value])),
  )
  return left === right
}

/** Integers of four bytes are no accident: common names with such values are the framework's own. */
const hasCommonNames = ({ compiled: { convention, slots } }: Reading, death: Death): boolean =>
  convention.hasCommonNames === true &&
  !slots.some(({ field, rule }) => rule.encoding === 'int32-be' && death[field]?.header === rule.header)

/**
 * Decodes a dead letter's failure headers.
 *
 * Takes all headers of the record in broker order, the topic that holds it where known, and the rules of its
 * connection. Answers null when no convention's marker headers are there; never throws: what can not be read is listed
 * in `missing`. When a record carries the markers of several conventions (it died under several frameworks), the one
 * that died last is read and the deaths of the others are history.
 */
export const decodeDeadLetter = (
  headers: readonly RawHeader[],
  topic?: string,
  rules: DeadLetterRules = defaultDeadLetterRules,
): DecodedDeadLetter | null => {
  const [newest, ...others] = readConventions(headers, rules).toSorted(byDeath(topic, headers.length))
  if (newest === undefined) return null
  const [death = {}, ...earlier] = newest.deaths
  const { convention, fields, neverWritten } = newest.compiled
  return {
    convention: convention.name,
    conventions: [...new Set([newest, ...others].map(({ compiled }) => compiled.convention.name))],
    death,
    // The same headers twice are one death that was written down twice.
    history: [...earlier.filter((one) => !isSame(one, death)), ...others.flatMap(({ deaths }) => deaths)],
    missing: fields.filter((field) => !(field in death)),
    neverWritten,
    hasCommonNames: hasCommonNames(newest, death),
    timestampOf: convention.timestampOf,
    mayPoint: convention.mayPoint === true,
    failureHeaders: [newest, ...others].map(({ compiled }) => compiled.convention.failureHeaders),
  }
}

/** Headers that may tell when the message that died was written, the first that can be read counts. */
export type OriginTimeAt = {
  readonly places: readonly { readonly index: number; readonly rule: HeaderRule }[]
  readonly timestampOf: DecodedDeadLetter['timestampOf']
}

/**
 * Where letters with headers of these names tell the timestamp of the message that died, as `decodeDeadLetter` reads
 * it. Null where that depends on what the headers hold: under several conventions or deaths.
 */
export const findOriginTime = (
  headers: readonly RawHeader[],
  rules: DeadLetterRules = defaultDeadLetterRules,
): OriginTimeAt | null => {
  const names = headers.map(({ name }) => name)
  const [only, ...others] = readConventions(headers, rules)
  if (!only || others.length > 0) return null
  const { convention, slots } = only.compiled
  const own = new Set(slots.map(({ rule }) => rule.header))
  const read = names.filter((name) => own.has(name))
  if (new Set(read).size < read.length) return null
  const places = slots.flatMap(({ field, rule }) => {
    const index = field === 'originTimestamp' ? names.indexOf(rule.header) : -1
    return index < 0 ? [] : [{ index, rule }]
  })
  return { places, timestampOf: convention.timestampOf }
}
