import { isDying } from '#server/domain/death-rate.ts'
import { sayDispositions } from '#server/domain/decide-letters.ts'
import { type PlanFindingCode, planFindings, sayArrivals } from '#server/domain/plan-findings.ts'
import type { Call } from '#server/ports/call.ts'
import type { Compared, Written } from '#server/ports/scanner.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readFailureGroups } from '#server/repositories/failure-groups.ts'
import type { Disposition } from '#server/repositories/letter-dispositions.ts'
import type { readReaders } from '#server/repositories/replay-items.ts'
import type { EarlierAttempts } from '#server/repositories/replay-ledger.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import type { Judged } from './judge-letters.ts'

const shownLetters = 100
/** Messages that make a group's lag worth a warning. */
const farBehind = 1_000n
/** A letter whose message came back so many times is warned of. */
const often = 3

/** A finding with the letters it is about. */
export type FoundLetters = readonly [PlanFindingCode, readonly Judged[]]

/** So long is waited for the comparison, also for a thread to take it. */
const patienceMs = 10_000

/** Which have newer messages with the same key behind them. Where that can not be told now, nothing is said of any. */
const compare = async (
  { scanner }: Deps,
  { id }: Connection,
  messages: readonly Written[],
  call: Call,
): Promise<Compared> => {
  if (messages.length === 0) return { superseded: new Set(), unchecked: new Set() }
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const compared = await scanner.compare({ connection: id, messages }, { signal })
  return compared.ok
    ? compared.value
    : { superseded: new Set(), unchecked: new Set(messages.map((one) => one.id)) }
}

/** What a plan finds: why letters are refused, and what speaks against sending the others. Reads the targets for it. */
export const findPlanFindings = async (
  deps: Deps,
  connection: Connection,
  judged: readonly Judged[],
  earlier: ReadonlyMap<bigint, EarlierAttempts>,
  failureGroupIds: readonly string[],
  readers: Awaited<ReturnType<typeof readReaders>>,
  more: readonly FoundLetters[],
  call: Call,
): Promise<StoredPlan['findings']> => {
  const ready = judged.filter(({ refusal }) => refusal === null)
  const groups = (await readFailureGroups(deps.db, connection.id)).filter(({ id }) =>
    failureGroupIds.includes(id),
  )
  const dying = new Map(groups.filter(({ trend }) => isDying(trend)).map((group) => [group.id, group]))
  const stopped = new Set(readers.filter(({ members }) => members === 0).map(({ group }) => group))
  const behind = new Set(readers.filter(({ lag }) => lag >= farBehind).map(({ group }) => group))
  const compared = await compare(deps, connection, ready.flatMap(writtenOf), call)
  const warnings: readonly FoundLetters[] = [
    ['rehydrated', ready.filter(({ restores }) => restores === 'payload')],
    ['headers-restored', ready.filter(({ restores }) => restores === 'headers')],
    ['still-dying', ready.filter(({ letter }) => dying.has(letter.failureGroupId))],
    ['reader-stopped', ready.filter(({ letter }) => letter.group !== null && stopped.has(letter.group))],
    ['reader-behind', ready.filter(({ letter }) => letter.group !== null && behind.has(letter.group))],
    ['awaits-reply', ready.filter(({ record }) => record?.hasReplyTopic)],
    ['in-ledger', ready.filter(({ letter }) => isOnlyInLedger(letter, earlier))],
    ['returned', ready.filter(({ letter }) => letter.lastOutcome === 'RETURNED')],
    ['outcome-unknown', ready.filter(({ letter }) => letter.lastOutcome === 'UNKNOWN')],
    ['replayed-often', ready.filter(({ record }) => (record?.attempts ?? 0) >= often)],
    ['deletes-key', ready.filter(({ record }) => record?.isTombstone)],
    ['superseded', ready.filter(({ letter }) => compared.superseded.has(letter.id))],
    ['not-compared', ready.filter(({ letter }) => compared.unchecked.has(letter.id))],
    ['compacted', ready.filter(({ isCompacted }) => isCompacted)],
    [
      'origin-guessed',
      ready.filter(
        ({ letter, target }) => letter.convention === 'unrecognised' && letter.originTopic === target?.name,
      ),
    ],
    ...more,
  ]
  const refusals = [...Map.groupBy(judged, ({ refusal }) => refusal)].flatMap(([code, list]) =>
    code === null ? [] : [[code, list] as const],
  )
  return [...warnings, ...refusals]
    .filter(([, list]) => list.length > 0)
    .map(([code, list]) => ({
      severity: planFindings[code].severity,
      sentence: `${planFindings[code].sentence}${
        code === 'still-dying'
          ? sayArrivals([...dying.values()], deps.clock.nowMs())
          : code === 'in-ledger'
            ? sayLedger(list, earlier)
            : sayDispositions(refusedOf(code, list)) || saySent(code, list)
      }`,
      code,
      count: list.length,
      letterIds: list.slice(0, shownLetters).map(({ letter }) => letter.id.toString()),
    }))
}

/** The decisions for which letters are refused. */
const refusedOf = (code: PlanFindingCode, list: readonly Judged[]): readonly Disposition[] =>
  list.flatMap(({ letter: { disposition } }) => (disposition?.kind === code ? [disposition] : []))

const aboutReplay: ReadonlySet<PlanFindingCode> = new Set([
  'being-replayed',
  'already-settled',
  'returned',
  'outcome-unknown',
])

/** When the latest of their copies was sent, for what a plan says of earlier replays. */
const saySent = (code: PlanFindingCode, list: readonly Judged[]): string => {
  const sentAtMs = Math.max(...list.map(({ letter }) => letter.lastSentAtMs ?? 0))
  if (!aboutReplay.has(code) || sentAtMs <= 0) return ''
  return ` (last sent ${new Date(sentAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC)`
}

/** Sent by who does not share this database. */
const isOnlyInLedger = (letter: LetterRecord, earlier: ReadonlyMap<bigint, EarlierAttempts>): boolean =>
  letter.lastOutcome === null && (earlier.get(letter.id)?.ledger ?? null) !== null

/** Who sent the latest of them, and when. */
const sayLedger = (list: readonly Judged[], earlier: ReadonlyMap<bigint, EarlierAttempts>): string => {
  const [last] = list
    .flatMap(({ letter }) => earlier.get(letter.id)?.ledger ?? [])
    .sort((a, b) => b.atMs - a.atMs)
  if (!last) return ''
  const at = new Date(last.atMs).toISOString().slice(0, 19).replace('T', ' ')
  const replay = last.replayNumber === null ? '' : `replay #${last.replayNumber} of `
  return ` (last by ${replay}${last.by}, ${at} UTC)`
}

/** A letter as the message that it was; nothing where it goes elsewhere or has no key. */
const writtenOf = ({ letter, record, target }: Judged) => {
  const { id, originTopic: topic, originPartition: partition, originOffset: offset } = letter
  const key = record?.key
  return topic === target?.name && topic !== null && partition !== null && offset !== null && key
    ? [{ id, topic, partition, offset, key }]
    : []
}
