import { type KafkaClient, pause } from './client.ts'
import { brokerError, errorOfCode, errorOfThrown, isStaleLeader, offsetOutOfRange } from './errors.ts'
import { type FetchAnswer, fetchRaw, isolationLevels } from './fetch.ts'
import { earliest, listOffsets } from './offsets.ts'
import {
  begin,
  type Progress,
  type Range,
  type RangeRead,
  reportOf,
  restOf,
  skipLost,
  sumOf,
} from './range-progress.ts'
import { type Taking, tryTaking } from './take-batches.ts'

export type ReadOptions = Taking & {
  /** On the monotonic clock: the reader waits no longer than this for a broker that holds it back. */
  readonly deadline: number
  /** Likewise for a broker that can not be reached, and no longer than the deadline. */
  readonly patientUntil: number
  /** What one answer may hold in all. */
  readonly answerBytes: number
  /** Called with what each answer brought, and what its rest is likely to weigh; false ends the reading early. */
  readonly mayGoOn: (bytes: number, messages: number, restBytes: number) => boolean
}

/** What one answer may hold at most: the memory of a scan is a small multiple of this. */
export const requestBytes = 24 * 1024 * 1024
const maxWaitMs = 200
const patience = 3
const stalePauseMs = 50
const lossPauseMs = 100
const mostLossPauseMs = 1_000
const emptyPatience = 5
const emptyPauseMs = 20

/**
 * Reads ranges of several partitions: one request a broker carries those of all topics, brokers are asked side by side,
 * and each is asked again until its ranges are read or the limits end it. Partitions fail alone. A range counts as read
 * only by the batches that came, by the partition's start having moved, or by its end: an empty answer proves nothing,
 * since a broker that throttles gives one as well.
 */
export const readRanges = async (
  client: KafkaClient,
  ranges: readonly Range[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<readonly RangeRead[]> => {
  const all = ranges.map(begin)
  let open = all.filter(({ done }) => !done)
  let goesOn = true
  while (open.length > 0 && goesOn && !signal.aborted) {
    const rounds = await groupByLeader(client, open, options, signal)
    await Promise.all(
      rounds.map(async ({ leader, mine }) => {
        const before = sumOf(mine)
        await readRound(client, leader, mine, options, signal)
        const after = sumOf(mine)
        if (!options.mayGoOn(after.bytes - before.bytes, after.scanned - before.scanned, restOf(mine)))
          goesOn = false
      }),
    )
    open = open.filter(({ error, done }) => error === null && !done)
  }
  return all.map(reportOf)
}

const whereOf = ({ range }: Progress): string => `topic ${range.topic} partition ${range.partition}`

type Group = { readonly leader: number; readonly mine: Progress[] }

/** Who leads what is open; one group a leader and isolation level, since a request has but one. */
const groupByLeader = async (
  client: KafkaClient,
  open: readonly Progress[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<readonly Group[]> => {
  const groups = new Map<string, Group>()
  const stale = open.reduce((most, { staleTries }) => Math.max(most, staleTries), 0)
  const losses = open.reduce((most, { losses: own }) => Math.max(most, own), 0)
  try {
    // A new leader, or a topic made a moment ago, is not known everywhere at once; a broker may be starting again.
    if (stale > 0) await pause(stalePauseMs * stale, signal)
    if (losses > 0) await pause(Math.min(lossPauseMs * 2 ** (losses - 1), mostLossPauseMs), signal)
    const { topics } = await client.metadata(signal, stale + losses > 0 ? 0 : undefined)
    for (const one of open) {
      const { topic, topicId, partition, level } = one.range
      const found = topics.get(topic)
      const leader = found?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.leaderId
      const isAnother = topicId !== null && found !== undefined && found.topicId !== topicId
      if (isAnother)
        one.error = brokerError('not-found', `${whereOf(one)}: the topic was deleted and made anew meanwhile`)
      else if (leader === undefined || leader < 0) waitForLeader(one, found ? 5 : 3, options)
      else {
        const group = groups.get(`${leader} ${level}`) ?? { leader, mine: [] }
        group.mine.push(one)
        groups.set(`${leader} ${level}`, group)
      }
    }
  } catch (error) {
    loseAll(open, error, options, signal)
  }
  return [...groups.values()]
}

/** Perhaps one is being elected, or its broker is starting again. */
const waitForLeader = (one: Progress, code: number, { patientUntil }: ReadOptions): void => {
  if (one.staleTries < patience) one.staleTries += 1
  else if (code === 5 && one.losses > 0 && performance.now() < patientUntil) one.losses += 1
  else one.error = errorOfCode(code, whereOf(one))
}

/** No answer came: worth asking again as long as there is time, when the broker could not be reached. */
const loseAll = (
  mine: readonly Progress[],
  error: unknown,
  { patientUntil }: ReadOptions,
  signal: AbortSignal,
): void => {
  if (signal.aborted) return
  for (const one of mine) {
    const known = errorOfThrown(error, whereOf(one))
    if (known.kind === 'unreachable' && performance.now() < patientUntil) one.losses += 1
    else one.error = known
  }
}

const readRound = async (
  client: KafkaClient,
  leader: number,
  mine: readonly Progress[],
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> => {
  try {
    // A broker fills an answer in the order asked and gives only its first partition a batch of any size (KIP-74):
    // who came away with nothing is first the next time.
    const asked = [...mine].sort((a, b) => b.stalls + b.empties - (a.stalls + a.empties))
    const { answer, idOf } = await fetchAll(client, leader, asked, options, signal)
    const keyOf = (topicId: string, partition: number) => `${topicId} ${partition}`
    const fetchedOf = new Map(answer.partitions.map((one) => [keyOf(one.topicId, one.partition), one]))
    for (const [place, one] of asked.entries()) {
      const fetched = fetchedOf.get(keyOf(idOf(one), one.range.partition))
      const code = answer.errorCode || (fetched?.errorCode ?? 0)
      one.losses = 0
      if (code === 0 && fetched)
        await tryTaking(one, fetched, options, place === 0 && answer.throttleTimeMs === 0, signal)
      else if (code === offsetOutOfRange) await jumpToStart(client, leader, one, signal)
      else if (code === 0 && answer.throttleTimeMs > 0) continue
      else if (isStaleLeader(code) && one.staleTries < patience) one.staleTries += 1
      else one.error = errorOfCode(code, whereOf(one))
    }
    await waitForMore(answer, asked, options.deadline, signal)
  } catch (error) {
    loseAll(mine, error, options, signal)
  }
}

const fetchAll = async (
  client: KafkaClient,
  leader: number,
  asked: readonly Progress[],
  { answerBytes }: ReadOptions,
  signal: AbortSignal,
) => {
  const { topics } = await client.metadata(signal)
  const idOf = ({ range }: Progress): string => topics.get(range.topic)?.topicId ?? ''
  // A topic's name once, in the order of its first partition.
  const byTopic = Map.groupBy(asked, idOf)
  const topicsAsked = [...byTopic].map(([topicId, rows]) => ({
    topicId,
    partitions: rows.map(({ range, next, askBytes }) => ({
      partition: range.partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: askBytes,
    })),
  }))
  const level = isolationLevels[asked[0]?.range.level ?? 'committed']
  const answer = await client.askForRecords(
    leader,
    signal,
    fetchRaw,
    maxWaitMs,
    1,
    answerBytes,
    level,
    0,
    -1,
    topicsAsked,
    [],
    '',
  )
  return { answer, idOf }
}

/** Retention has moved the start past what was asked for: goes on from there, or says what the broker said. */
const jumpToStart = async (
  client: KafkaClient,
  leader: number,
  one: Progress,
  signal: AbortSignal,
): Promise<void> => {
  const { topic, partition, to } = one.range
  const [start] = await listOffsets(client, [{ topic, partition, leader }], earliest, signal)
  if (start?.error === null && start.offset > one.next) skipLost(one, start.offset, to)
  else one.error = start?.error ?? errorOfCode(offsetOutOfRange, whereOf(one))
}

/** An answer without data is tried again: after the time a broker that throttles asked for, else a moment later. */
const waitForMore = async (
  { throttleTimeMs }: FetchAnswer,
  asked: readonly Progress[],
  deadline: number,
  signal: AbortSignal,
): Promise<void> => {
  const open = asked.filter(({ done, error }) => !done && error === null)
  if (open.length === 0) return
  if (throttleTimeMs > 0) {
    if (performance.now() + throttleTimeMs >= deadline)
      for (const one of open)
        one.error = brokerError(
          'overloaded',
          `${whereOf(one)}: the broker throttles this client by its quota and asked it to wait ${throttleTimeMs} ms, which is longer than the time left`,
        )
    else await pause(throttleTimeMs, signal)
    return
  }
  for (const one of open)
    if (one.empties > emptyPatience)
      one.error = brokerError(
        'timeout',
        `${whereOf(one)}: the broker answered ${one.empties} times without records from offset ${one.next} on, although the partition reaches further`,
      )
  if (open.some(({ empties }) => empties > 0)) await pause(emptyPauseMs, signal)
}
