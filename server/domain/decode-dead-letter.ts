import type {
  ConventionName,
  Death,
  DeathField,
  DecodedDeadLetter,
  RawHeader,
  Sourced,
} from './dead-letter.ts'
import {
  type DeadLetterConvention,
  deadLetterConventions,
  type HeaderRule,
} from './dead-letter-conventions.ts'
import { isDeadLetterTopic } from './topic-kind.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Largest values that Kafka's own fields can hold: a partition is an int32, an offset an int64. */
const maxInt32 = 2n ** 31n - 1n
const maxInt64 = 2n ** 63n - 1n

/** Reads header bytes as their named encoding says, as text; undefined when they are not of that encoding. */
const readHeader = (bytes: Uint8Array, { encoding, perHop }: HeaderRule): string | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (encoding === 'int32-be') {
    // Spring wrote its attempts into one byte before 2.8.
    if (perHop && bytes.byteLength === 1) return String(view.getInt8(0))
    return bytes.byteLength === 4 ? String(view.getInt32(0)) : undefined
  }
  if (encoding === 'int64-be') return bytes.byteLength === 8 ? String(view.getBigInt64(0)) : undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return undefined
  }
  if (encoding === 'text') return text
  return /^\d{1,19}$/.test(text) && BigInt(text) <= maxInt64 ? BigInt(text).toString() : undefined
}

/** A partition or a count is a non-negative int32; anything else in its header is treated as unreadable. */
const toInt32 = (text: string): number | undefined => {
  const number = BigInt(text)
  return number >= 0n && number <= maxInt32 ? Number(number) : undefined
}

const countOf = (text: string, { countsNext }: HeaderRule): number | undefined => {
  const number = toInt32(text)
  return countsNext && number !== undefined && number > 1 ? number - 1 : number
}

const readFact = (
  field: DeathField,
  rule: HeaderRule,
  header: RawHeader,
  index: number,
): Sourced<string | number> | null => {
  const text = header.value === null ? undefined : readHeader(header.value, rule)
  if (text === undefined) return null
  const isNumber = field === 'originPartition' || field === 'attempts'
  const value = isNumber ? countOf(text, rule) : `${rule.prefix ?? ''}${text}`
  return value === undefined ? null : { value, header: header.name, index }
}

/** The headers of one death: null marks one that is there and can not be read. */
type Block = Partial<Record<DeathField, Sourced<string | number> | null>>
type Reading = {
  readonly convention: DeadLetterConvention
  /** Newest first. */
  readonly deaths: readonly Death[]
  /** Where the newest death's marker stands, and where the last of the convention's headers does. */
  readonly markerIndex: number
  readonly lastIndex: number
}

const originFields = ['originTopic', 'originPartition', 'originOffset', 'originTimestamp'] as const

/**
 * Reads all deaths of one convention. A framework writes the headers of a death one after another, so a name that
 * comes again begins another death; what one death lacks is never taken from another. Only a death without any origin
 * header takes the origin of the death before it: Spring may keep the origin of the first death alone.
 */
const readDeaths = (
  headers: readonly RawHeader[],
  convention: DeadLetterConvention,
  fieldOf: ReadonlyMap<string, DeathField>,
): Reading => {
  const blocks: Block[] = [{}]
  const perHop: Block = {}
  let lastIndex = -1
  for (const [index, header] of headers.entries()) {
    const field = fieldOf.get(header.name)
    const rule = field && convention.fields[field]
    if (field === undefined || rule === undefined) continue
    lastIndex = index
    const fact = readFact(field, rule, header, index)
    if (rule.perHop) {
      perHop[field] = fact
      continue
    }
    const open = blocks.at(-1)
    if (open && !(field in open)) open[field] = fact
    else blocks.push({ [field]: fact })
  }
  if (convention.newest === 'last') blocks.reverse()
  const [newest = {}] = blocks
  const older = blocks.findIndex((block) => 'originTopic' in block)
  const origin = blocks[older]
  if (origin && older > 0 && !originFields.some((field) => field in newest)) {
    for (const field of originFields) {
      if (field in origin) newest[field] = origin[field] ?? null
      delete origin[field]
    }
    if (Object.keys(origin).length === 0) blocks.splice(older, 1)
  }
  Object.assign(newest, perHop)
  const markerIndex =
    newest.originTopic?.index ?? headers.findLastIndex(({ name }) => name === convention.marker)
  return { convention, deaths: blocks.map(readable), markerIndex, lastIndex }
}

const readable = (block: Block): Death =>
  Object.fromEntries(Object.entries(block).filter(([, fact]) => fact !== null)) as Death

/** Topics by their dead-letter names that only one framework gives. */
const topicOfConvention: Readonly<Record<ConventionName, RegExp>> = {
  'spring-dead-letter': /(-dlt|\.DLT)$/i,
  'kafka-connect': /(^|[-._])dlq([-._]|$)/i,
  smallrye: /^dead-letter-topic-/,
}

/**
 * Which of two conventions on one record died last; negative when `a` did. Who read the dead-letter topic of the other
 * came later; so did whose dead-letter topic holds the record. Otherwise by position: Spring and Connect append at the
 * end, SmallRye writes at the very front, and where both are at their places (which looks alike in either order) the
 * table's order stands.
 */
const byDeath = (topic: string | undefined, length: number) => (a: Reading, b: Reading) => {
  const readDeadLetters = ({ deaths }: Reading) =>
    Number(isDeadLetterTopic(deaths[0]?.originTopic?.value ?? ''))
  const holds = ({ convention }: Reading) =>
    Number(topic !== undefined && topicOfConvention[convention.name].test(topic))
  const inPlace = ({ convention, lastIndex, deaths }: Reading) =>
    convention.newest === 'last'
      ? Number(lastIndex === length - 1)
      : Number(Object.values(deaths[0] ?? {}).some(({ index }) => index === 0))
  const later = (of: (reading: Reading) => number) => of(b) - of(a)
  if (later(readDeadLetters) !== 0) return later(readDeadLetters)
  if (later(holds) !== 0) return later(holds)
  return a.convention.newest === 'last' && b.convention.newest === 'last'
    ? later(({ markerIndex }) => markerIndex)
    : later(inPlace)
}

const fieldsByHeader = new Map(
  deadLetterConventions.map((convention: DeadLetterConvention) => [
    convention,
    new Map(
      Object.entries(convention.fields).map(([field, rule]) => [rule.header, field as DeathField] as const),
    ),
  ]),
)

/**
 * Decodes a dead letter's failure headers.
 *
 * Takes all headers of the record in broker order and, where known, the topic that holds it. Answers null when no
 * known convention's marker header is there; never throws: what can not be read is listed in `missing`. When a record
 * carries the markers of several conventions (it died under several frameworks), the one that died last is read and
 * the deaths of the others are history.
 */
export const decodeDeadLetter = (headers: readonly RawHeader[], topic?: string): DecodedDeadLetter | null => {
  const names = new Set(headers.map((header) => header.name))
  const readings: Reading[] = []
  for (const [convention, fieldOf] of fieldsByHeader)
    if (names.has(convention.marker)) readings.push(readDeaths(headers, convention, fieldOf))
  const [newest, ...others] = readings.sort(byDeath(topic, headers.length))
  if (newest === undefined) return null
  const [death = {}, ...history] = newest.deaths
  const fields = Object.keys(newest.convention.fields) as DeathField[]
  return {
    convention: newest.convention.name,
    conventions: [...new Set([newest, ...others].map(({ convention }) => convention.name))],
    death,
    history: [...history, ...others.flatMap(({ deaths }) => deaths)],
    missing: fields.filter((field) => !(field in death)),
  }
}
