import type { Death, DeathField, RawHeader, Sourced } from './dead-letter.ts'
import type { HeaderRule } from './dead-letter-conventions.ts'
import type { CompiledConvention } from './dead-letter-rules.ts'
import { readEncoded } from './header-encoding.ts'

export type Reading = {
  readonly compiled: CompiledConvention
  /** Newest first. */
  readonly deaths: readonly Death[]
  /** Where the newest death's origin stands, and where the last of the convention's headers does. */
  readonly markerIndex: number
  readonly lastIndex: number
}

type Fact = Sourced<string | number>
/** The headers of one death by slot: null marks one that is there and can not be read. */
type Block = (Fact | null | undefined)[]

/** A partition or a count is a non-negative int32; anything else in its header is treated as unreadable. */
const maxInt32 = 2 ** 31 - 1
const countOf = (text: string, add = 0): number | undefined => {
  const number = Number(text)
  if (number < 0 || number > maxInt32) return undefined
  return add < 0 ? Math.max(Math.min(number, 1), number + add) : number + add
}

/** What one header of a convention tells; null where it can not be read. */
export const readFact = (
  field: DeathField,
  rule: HeaderRule,
  header: RawHeader,
  index: number,
): Fact | null => {
  const text = header.value === null ? undefined : readEncoded(header.value, rule.encoding)
  if (text === undefined) return null
  const isNumber = field === 'originPartition' || field === 'attempts'
  // A moment or an offset before zero is none.
  if (!isNumber && rule.encoding !== 'text' && text.startsWith('-')) return null
  const value = isNumber ? countOf(text, rule.add) : rule.prefix === undefined ? text : rule.prefix + text
  return value === undefined ? null : { value, header: header.name, index }
}

const originFields: ReadonlySet<DeathField> = new Set([
  'originTopic',
  'originPartition',
  'originOffset',
  'originTimestamp',
])

const errorFields: ReadonlySet<DeathField> = new Set(['errorClass', 'causeClass', 'message', 'stack'])

/** Puts a fact into the open block, or begins the next with it where the open one has that fact already. */
const put = (blocks: Block[], slot: number, fact: Fact | null): void => {
  const open = blocks.at(-1)
  if (open && open[slot] === undefined) open[slot] = fact
  else {
    const next: Block = []
    next[slot] = fact
    blocks.push(next)
  }
}

/** Gives the newest death the newest error, the one before it the one before, wherever they stand in the record. */
const pairErrors = (blocks: Block[], errors: readonly Block[]): void => {
  for (const [at, error] of errors.entries()) {
    const block = blocks[at] ?? []
    for (const [slot, fact] of error.entries()) if (fact !== undefined) block[slot] = fact
    blocks[at] = block
  }
}

/** The death that a block tells: of each field the first slot that could be read. */
const deathOf = ({ slots }: CompiledConvention, block: Block): Death => {
  const death: Partial<Record<DeathField, Fact>> = {}
  for (let slot = 0; slot < block.length; slot++) {
    const field = slots[slot]?.field
    const fact = block[slot]
    if (fact && field !== undefined && death[field] === undefined) death[field] = fact
  }
  return death as Death
}

const hasOrigin = ({ slots }: CompiledConvention, block: Block): boolean =>
  slots.some(({ field, rule }, slot) => originFields.has(field) && !rule.perHop && block[slot] !== undefined)

/**
 * Only a death without any origin header takes the origin of the death before it: Spring may keep the origin of the
 * first death alone.
 */
const lendOrigin = (compiled: CompiledConvention, blocks: Block[]): void => {
  const [newest] = blocks
  if (!newest || hasOrigin(compiled, newest)) return
  const older = blocks.findIndex((block) => hasOrigin(compiled, block))
  const lender = blocks[older]
  if (!lender) return
  for (const [slot, { field, rule }] of compiled.slots.entries()) {
    if (!originFields.has(field) || rule.perHop) continue
    newest[slot] = lender[slot]
    lender[slot] = undefined
  }
  if (lender.every((fact) => fact === undefined)) blocks.splice(older, 1)
}

const textOf = (death: Death): string => death.originTopic?.value ?? ''

/**
 * Makes one death of the hops through retry topics: its error is that of the newest hop, its origin that of the hop
 * where it began, which is the first from the newest on whose topic is no retry topic, or else the oldest.
 */
const joinHops = (hops: RegExp, deaths: readonly Death[]): readonly Death[] => {
  const joined: Death[] = []
  for (let from = 0; from < deaths.length; ) {
    let to = from
    while (to + 1 < deaths.length && hops.test(textOf(deaths[to] ?? {}))) to++
    const { originTopic: _t, originPartition: _p, originOffset: _o, ...failure } = deaths[from] ?? {}
    const { originTopic, originPartition, originOffset } = deaths[to] ?? {}
    joined.push({
      ...failure,
      ...(originTopic && { originTopic }),
      ...(originPartition && { originPartition }),
      ...(originOffset && { originOffset }),
    })
    from = to + 1
  }
  return joined
}

/**
 * Reads all deaths of one convention. A framework writes the headers of a death one after another, so a name that
 * comes again begins another death; what one death lacks is never taken from another. `hits` are the headers that the
 * convention reads, each as two numbers: where it stands in the record, and the slot that it fills.
 */
export const readDeaths = (
  headers: readonly RawHeader[],
  compiled: CompiledConvention,
  hits: readonly number[],
): Reading => {
  const { convention, slots } = compiled
  const blocks: Block[] = [[]]
  const errors: Block[] = [[]]
  const perHop: Block = []
  for (let hit = 0; hit < hits.length; hit += 2) {
    const index = hits[hit] ?? 0
    const slot = hits[hit + 1] ?? 0
    const header = headers[index]
    const at = slots[slot]
    if (header === undefined || at === undefined) continue
    const fact = readFact(at.field, at.rule, header, index)
    if (at.rule.perHop) {
      perHop[slot] = fact
      continue
    }
    put(convention.replacesErrors && errorFields.has(at.field) ? errors : blocks, slot, fact)
  }
  if (convention.newest === 'last') for (const list of [blocks, errors]) list.reverse()
  pairErrors(blocks, errors)
  if (blocks.length > 1) lendOrigin(compiled, blocks)
  const [newest] = blocks
  for (const [slot, fact] of perHop.entries()) if (newest && fact !== undefined) newest[slot] = fact
  const all = blocks.map((block) => deathOf(compiled, block))
  const deaths = convention.hops ? joinHops(convention.hops, all) : all
  const lastIndex = hits.at(-2) ?? -1
  return { compiled, deaths, markerIndex: deaths[0]?.originTopic?.index ?? lastIndex, lastIndex }
}
