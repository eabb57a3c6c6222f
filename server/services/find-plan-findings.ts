import { sayDispositions } from '#server/domain/decide-letters.ts'
import { consentOf, type PlanFindingCode, planFindings, sayFinding } from '#server/domain/plan-findings.ts'
import { sayCount, sayMoment } from '#server/domain/say-amounts.ts'
import { sayKinCopies } from '#server/domain/say-kin.ts'
import type { Call } from '#server/ports/call.ts'
import type { Compared, Written } from '#server/ports/scanner.ts'
import type { Disposition } from '#server/repositories/letter-dispositions.ts'
import type { EarlierAttempts } from '#server/repositories/replay-ledger.ts'
import { type ReplayName, readReplayNames } from '#server/repositories/replay-names.ts'
import type { StoredPlan } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { findFixFindings } from './find-fix-findings.ts'
import type { Reader } from './find-readers.ts'
import type { FoundLetters } from './found-letters.ts'
import type { Judged } from './judge-letters.ts'

const shownLetters = 100
/** Messages that make a group's lag worth a warning. */
const farBehind = 1_000n
/** A letter whose message came back so many times is warned of. */
const often = 3

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
  readers: readonly Reader[],
  more: readonly FoundLetters[],
  call: Call,
  /** Copies go to another cluster: where their messages stood says nothing there. */
  isElsewhere = false,
): Promise<StoredPlan['findings']> => {
  const ready = judged.filter(({ refusal }) => refusal === null)
  const stopped = new Set(readers.filter(({ members }) => members === 0).map(({ group }) => group))
  const behind = new Set(
    readers.filter(({ lag }) => lag !== null && lag >= farBehind).map(({ group }) => group),
  )
  const compared = await compare(deps, connection, isElsewhere ? [] : ready.flatMap(writtenOf), call)
  const warnings: readonly FoundLetters[] = [
    ['rehydrated', ready.filter(({ restores }) => restores === 'payload')],
    ['letter-gone', ready.filter(({ restores }) => restores === 'whole')],
    ['headers-restored', ready.filter(({ restores }) => restores === 'headers')],
    ...(await findFixFindings(deps, connection, ready)),
    ['reader-stopped', ready.filter(({ letter }) => letter.group !== null && stopped.has(letter.group))],
    ['reader-behind', ready.filter(({ letter }) => letter.group !== null && behind.has(letter.group))],
    ['awaits-reply', ready.filter(({ record }) => record?.hasReplyTopic)],
    ['in-ledger', ready.filter(({ letter }) => earlier.get(letter.id)?.elsewhere)],
    ['returned', ready.filter(({ letter }) => letter.lastOutcome === 'RETURNED')],
    ['outcome-unknown', ready.filter(({ letter }) => letter.lastOutcome === 'UNKNOWN')],
    ['kin-unknown', ready.filter(({ letter, kin }) => kin !== null && kin.copy.letterId !== letter.id)],
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
  const replayIds = judged.flatMap(({ letter }) => letter.lastReplayId ?? [])
  const names = await readReplayNames(deps.db, [...new Set(replayIds)])
  return [...warnings, ...refusals]
    .filter(([, list]) => list.length > 0)
    .map(([code, list, words]) => {
      const consent = consentOf(code, list.length)
      const end =
        code === 'in-ledger'
          ? sayLedger(list, earlier)
          : (words ??
            (sayDispositions(refusedOf(code, list)) ||
              sayNoOrigin(code, list) ||
              sayKin(code, list) ||
              saySent(code, list, names)))
      return {
        severity: planFindings[code].severity,
        sentence: `${sayFinding(code, list.length)}${end}`,
        code,
        count: list.length,
        letterIds: list.slice(0, shownLetters).map(({ letter }) => letter.id.toString()),
        ...(consent === null ? {} : { consent }),
      }
    })
}

/** The decisions for which letters are refused. */
const refusedOf = (code: PlanFindingCode, list: readonly Judged[]): readonly Disposition[] =>
  list.flatMap(({ letter: { disposition } }) => (disposition?.kind === code ? [disposition] : []))

/** Why messages that died can not be had, for what is refused for that: the first reason speaks for all. */
const sayNoOrigin = (code: PlanFindingCode, list: readonly Judged[]): string => {
  if (code !== 'unrecoverable' && code !== 'origin-unreadable' && code !== 'expired') return ''
  const [first, ...others] = list.flatMap(({ whyNoOrigin }) => whyNoOrigin ?? [])
  if (first === undefined) return ''
  return ` (${first.replace(/\.$/, '')}${others.some((why) => why !== first) ? '; others for their own reasons' : ''})`
}

const aboutReplay: ReadonlySet<PlanFindingCode> = new Set([
  'being-replayed',
  'already-settled',
  'returned',
  'outcome-unknown',
])
const namedReplays = 3

/** By which replays, by whom and when, for what a plan says of earlier replays; the latest first. */
const saySent = (
  code: PlanFindingCode,
  list: readonly Judged[],
  names: ReadonlyMap<string, ReplayName>,
): string => {
  if (!aboutReplay.has(code)) return ''
  const replays = [...Map.groupBy(list, ({ letter }) => letter.lastReplayId)]
    .flatMap(([id, mine]) => {
      const name = id === null ? undefined : names.get(id)
      const sentAtMs = mine.reduce((last, { letter }) => Math.max(last, letter.lastSentAtMs ?? 0), 0)
      return name ? [{ ...name, sentAtMs, count: mine.length }] : []
    })
    .sort((a, b) => b.number - a.number)
  if (replays.length === 0) return ''
  const said = replays.slice(0, namedReplays).map(({ number, startedBy, sentAtMs, count }) => {
    const which = `replay #${number} by ${startedBy}`
    const when = sentAtMs > 0 ? `, last sent ${sayMoment(sentAtMs)}` : ', not sent yet'
    return replays.length === 1 ? `${which}${when}` : `${sayCount(count)} by ${which}${when}`
  })
  const more = replays.length - said.length
  return ` (${said.join('; ')}${more > 0 ? `; and by ${more} more` : ''})`
}

const aboutKin: ReadonlySet<PlanFindingCode> = new Set([
  'kin-open',
  'kin-settled',
  'kin-unknown',
  'already-settled',
  'being-replayed',
])

/** By which replays the same messages were sent as other letters, or as these where a later replay has left them out. */
const sayKin = (code: PlanFindingCode, list: readonly Judged[]): string => {
  const copies = list.flatMap(({ kin, letter }) =>
    kin && (kin.copy.letterId !== letter.id || letter.lastOutcome === 'SKIPPED') ? [kin.copy] : [],
  )
  return aboutKin.has(code) ? sayKinCopies(copies) : ''
}

/** Who sent the latest of them, and when. */
const sayLedger = (list: readonly Judged[], earlier: ReadonlyMap<bigint, EarlierAttempts>): string => {
  const [last] = list
    .flatMap(({ letter }) => earlier.get(letter.id)?.elsewhere ?? [])
    .sort((a, b) => b.atMs - a.atMs)
  if (!last) return ''
  const replay = last.replayNumber === null ? '' : `replay #${last.replayNumber} of `
  return ` (last by ${replay}${last.by}, ${sayMoment(last.atMs)})`
}

/** A letter as the message that it was; nothing where it goes elsewhere or has no key. */
const writtenOf = ({ letter, record, target }: Judged) => {
  const { id, originTopic: topic, originPartition: partition, originOffset: offset } = letter
  const key = record?.key
  return topic === target?.name && topic !== null && partition !== null && offset !== null && key
    ? [{ id, topic, partition, offset, key }]
    : []
}
