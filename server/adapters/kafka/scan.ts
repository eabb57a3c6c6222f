import { setTimeout as sleep } from 'node:timers/promises'
import { succeed } from '#server/domain/result.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanEnd, ScanRequest, ScanStep } from '#server/ports/scan.ts'
import type { Topics } from '#server/ports/topics.ts'
import type { KafkaClient } from './client.ts'
import { listOffsets, placeOf } from './offsets.ts'
import { type OpenedScan, openScan } from './open-scan.ts'
import { makePacer } from './pacer.ts'
import type { AskOffsets } from './pick-messages.ts'
import { makeNewestPicker } from './pick-newest.ts'
import { makeOldestPicker } from './pick-oldest.ts'
import type { Range, RangeRead } from './range-progress.ts'
import { type ReadOptions, readRanges, requestBytes } from './read-range.ts'
import { endOf, type Scanned } from './scan-end.ts'
import {
  claimChunk,
  isLearning,
  isOpen,
  type Lane,
  settleChunk,
  spansOf,
  type WantedOf,
} from './scan-lanes.ts'

const stepMs = 200
const stepWithRowsMs = 50
const roundsAtOnce = 2
/** Who is over time is given this long for what is under way. */
const graceMs = 1_500
/** What all answers under way may hold together. */
const aheadBytes = roundsAtOnce * requestBytes
const leastAnswerBytes = 1024 * 1024
const mostLanesAtOnce = 400
/** Of more than these, what was looked at is told at the end only: steps are many. */
const mostLanesTold = 64
/** A share of the budget that may be spent on what was written after `untilMs`, where few messages are wanted. */
const lateShare = 8

/**
 * Reads topics chunk by chunk, the partitions of a broker in one request, in rounds of which two are under way at a
 * broker. What is read and what is not is kept in lanes; a picker knows what of it is wanted.
 */
export const scan = (client: KafkaClient, topics: Topics): MessageReader['scan'] =>
  async function* (request, call) {
    const startedAt = performance.now()
    const opening = openScan(client, topics, request, call)
    yield* keepTelling(opening)
    const opened = await opening
    if (!opened.ok) return opened
    const running = startRunning(client, request, opened.value, startedAt, call.signal)
    yield* run(running)
    return succeed(endOf(running))
  }

const nothingYet: ScanStep = {
  found: [],
  settledMs: null,
  scannedMessages: 0n,
  scannedBytes: 0n,
  matches: 0n,
}
async function* keepTelling(work: Promise<unknown>): AsyncGenerator<ScanStep, void, void> {
  for (;;) {
    const settled = work.then(
      () => true,
      () => true,
    )
    if (await orAfter(settled, stepMs, false)) return
    yield nothingYet
  }
}

/** What the work answers, or `otherwise` when that takes longer. */
const orAfter = async <T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> => {
  const timer = new AbortController()
  try {
    return await Promise.race([work, sleep(ms, otherwise, { signal: timer.signal }).catch(() => otherwise)])
  } finally {
    timer.abort()
  }
}

type Round = {
  readonly parts: readonly { readonly lane: Lane; readonly range: Range; readonly turn: number }[]
  readonly reads: Promise<readonly RangeRead[]>
}
type Running = Scanned & {
  readonly client: KafkaClient
  readonly wanted: WantedOf
  readonly options: Omit<ReadOptions, 'mayGoOn'>
  readonly deadline: number
  readonly mostBytes: number
  /** Rounds under way by leader, in the order in which they were asked for. */
  readonly rounds: Map<number, Round[]>
  readonly errors: ScanEnd['errors'][number][]
  bytes: number
  lateBytes: number
  messages: number
  /** Whether any chunk was read whole. */
  hasMoved: boolean
  isOverBudget: boolean
  isEstimating: boolean
}

const startRunning = (
  client: KafkaClient,
  request: ScanRequest,
  opened: OpenedScan,
  startedAt: number,
  signal: AbortSignal,
): Running => {
  const { lanes } = opened
  const askOffsets: AskOffsets = async (questions) => {
    // Given up, nothing is known.
    const answers = await listOffsets(client, questions, 0n, signal).catch(() => [])
    const byPlace = new Map(answers.map((one) => [placeOf(one), one]))
    return questions.map((one) => {
      const answer = byPlace.get(placeOf(one))
      if (!answer || answer.error) return undefined
      return answer.offset < 0n ? null : answer.offset
    })
  }
  const { filter, isolation = 'committed', sinceMs = null, untilMs = null, budget } = request
  const leaders = new Set(lanes.map(({ leader }) => leader)).size
  const answerBytes = Math.max(
    leastAnswerBytes,
    Math.min(
      Math.floor(aheadBytes / roundsAtOnce / Math.max(1, leaders)),
      Math.floor(budget.bytes / roundsAtOnce / Math.max(1, leaders)),
    ),
  )
  const deadline = startedAt + budget.milliseconds
  return {
    client,
    request,
    opened,
    picker:
      request.order === 'newest'
        ? makeNewestPicker(request, lanes, askOffsets)
        : makeOldestPicker(request, lanes),
    wanted: {
      searching: filter !== undefined,
      isolation,
      share: BigInt(Math.ceil(Math.min(request.limit, 1e9) / Math.max(1, lanes.length))),
    },
    options: {
      keepsAborted: isolation === 'uncommitted',
      filter: filter ?? null,
      sinceMs,
      untilMs,
      pacer: makePacer(),
      answerBytes,
      deadline,
      patientUntil: deadline,
    },
    deadline,
    mostBytes: answerBytes,
    signal,
    rounds: new Map(),
    errors: [...opened.failed],
    bytes: 0,
    lateBytes: 0,
    messages: 0,
    hasMoved: false,
    isOverBudget: false,
    isEstimating: false,
  }
}

async function* run(running: Running): AsyncGenerator<ScanStep, void, void> {
  const { picker, signal, rounds } = running
  const giveUp = new AbortController()
  const either = AbortSignal.any([signal, giveUp.signal])
  let toldAt = performance.now()
  let hasTold = false
  try {
    for (;;) {
      if (!signal.aborted && !running.isOverBudget) {
        yield* settle(running)
        if (picker.isDone()) break
        startRounds(running, either)
      }
      if (rounds.size === 0) {
        if (running.hasMoved || signal.aborted || !startLast(running, either)) break
      }
      await nextRound(running)
      // A broker that hangs is not waited for beyond what was allowed.
      if (performance.now() >= running.deadline + graceMs) break
      const quietMs = performance.now() - toldAt
      const found = quietMs >= stepWithRowsMs || !hasTold ? picker.drain() : []
      if (found.length === 0 && quietMs < stepMs) continue
      if (found.length > 0) hasTold = true
      tellHowFinal(running)
      yield stepOf(running, found)
      toldAt = performance.now()
    }
    // What the budget cut short may be final all the same.
    if (!signal.aborted) {
      yield* settle(running)
      await orAfter(picker.estimate(true), graceMs, undefined)
    }
    const found = picker.drain()
    if (found.length > 0) yield stepOf(running, found)
  } finally {
    giveUp.abort()
    await Promise.allSettled([...rounds.values()].flat().map(({ reads }) => reads))
  }
}

/** Beside the reading, for the next step. */
const tellHowFinal = (running: Running): void => {
  if (running.isEstimating) return
  running.isEstimating = true
  const end = () => {
    running.isEstimating = false
  }
  running.picker.estimate().then(end, end)
}

/** Asks what can still be wanted, and tells how it fares while that takes long. */
async function* settle(running: Running): AsyncGenerator<ScanStep, void, void> {
  const settled = running.picker.settle().then(() => true)
  while (!(await orAfter(settled, stepMs, false))) {
    if (running.signal.aborted || performance.now() >= running.deadline + graceMs) return
    yield stepOf(running, running.picker.drain())
  }
}

const stepOf = (running: Running, found: readonly RawMessage[]): ScanStep => ({
  found,
  settledMs: running.picker.settledMs(),
  scannedMessages: BigInt(running.messages),
  scannedBytes: BigInt(running.bytes),
  matches: BigInt(running.picker.matches()),
  ...(running.opened.lanes.length <= mostLanesTold ? { spans: spansOf(running.opened.lanes) } : {}),
})

/** Asks each broker that has less than its rounds under way for the next chunks of its partitions. */
const startRounds = (running: Running, signal: AbortSignal): void => {
  const byLeader = Map.groupBy(running.picker.lanesToRead(), ({ leader }) => leader)
  for (const [leader, lanes] of byLeader) {
    const under = running.rounds.get(leader) ?? []
    if (under.length >= roundsAtOnce || (under.length > 0 && !isWorthAnother(running))) continue
    // Who waits for an answer already comes after who does not.
    const [idle, busy] = [
      lanes.filter(({ at, asked }) => at === asked),
      lanes.filter((lane) => lane.at !== lane.asked && !isLearning(lane)),
    ]
    if (idle.length + busy.length === 0) continue
    under.push(startRound(running, [...idle, ...busy].slice(0, mostLanesAtOnce), signal))
    running.rounds.set(leader, under)
  }
}

/** One more round while the last is looked through, unless that is likely to bring what is missing. */
const isWorthAnother = ({ request, picker }: Running): boolean =>
  request.filter !== undefined && !picker.isFull()

/** Messages so large, or a budget so small, that not one chunk was read: at least the next message of each partition. */
const startLast = (running: Running, signal: AbortSignal): boolean => {
  const open = running.opened.lanes.filter(isOpen)
  if (open.length === 0) return false
  for (const lane of open) {
    lane.chunk = 1n
    lane.asked = lane.at
  }
  running.hasMoved = true
  for (const [leader, lanes] of Map.groupBy(open, (lane) => lane.leader))
    running.rounds.set(leader, [startRound(running, lanes, signal, true)])
  return true
}

const startRound = (running: Running, lanes: readonly Lane[], signal: AbortSignal, always = false): Round => {
  const { request, wanted, options, deadline } = running
  const { budget } = request
  const share = Math.floor(running.mostBytes / lanes.length)
  const leftBytes = (): number =>
    Math.max(0, budget.bytes - (running.picker.isGoingOver() ? 0 : running.bytes))
  const left = Math.floor(leftBytes() / lanes.length)
  const isLearningSizes = lanes.some(isLearning)
  const parts = lanes.map((lane) => ({
    lane,
    range: claimChunk(lane, wanted, share, left),
    turn: lane.turn,
  }))
  const isLeast = parts.every(({ range }) => range.to - range.from <= 1n)
  const isLate = lanes.every((lane) => lane.isLate)
  const mayGoOn = (bytes: number, messages: number, restBytes: number): boolean => {
    running.bytes += bytes
    running.messages += messages
    if (isLate) running.lateBytes += bytes
    // What was read before costs no more than it did then; whoever goes on would else not come further.
    const isSpent =
      !running.picker.isGoingOver() &&
      (running.bytes >= budget.bytes ||
        running.messages >= budget.messages ||
        running.lateBytes >= budget.bytes / lateShare)
    running.isOverBudget = isSpent || performance.now() >= deadline
    // Larger messages than thought: asked for again in less, before the budget goes into what will not be whole.
    const isTooMuch = isLearningSizes && !isLeast && restBytes > Math.min(leftBytes(), running.mostBytes)
    return always || (!running.isOverBudget && !isTooMuch)
  }
  const ranges = parts.map(({ range }) => range)
  const reads = readRanges(running.client, ranges, { ...options, mayGoOn }, signal)
  // Whoever gives the scan up does not wait for it.
  reads.catch(() => {})
  return { parts, reads }
}

/** Waits for the next round of any broker, but no longer than a step may take, and takes in what it brought. */
const nextRound = async (running: Running): Promise<void> => {
  const { rounds, deadline } = running
  const heads = [...rounds].flatMap(([leader, [head]]) =>
    head
      ? [
          head.reads.then(
            () => leader,
            () => leader,
          ),
        ]
      : [],
  )
  const leader = await orAfter<number | null>(Promise.race(heads), stepMs, null)
  if (performance.now() >= deadline) running.isOverBudget = true
  if (leader === null) return
  const queue = rounds.get(leader) ?? []
  const round = queue.shift()
  if (queue.length === 0) rounds.delete(leader)
  if (round) await settleRound(running, round)
}

const settleRound = async (running: Running, { parts, reads }: Round): Promise<void> => {
  const { picker, wanted, errors } = running
  const share = Math.floor(running.mostBytes / parts.length)
  const all = await reads
  for (const [index, { lane, range, turn }] of parts.entries()) {
    const read = all[index]
    if (!read || turn !== lane.turn || lane.failed) continue
    const counts = read.next > range.from && settleChunk(lane, range, read, wanted, share)
    if (counts) {
      running.hasMoved = true
      const isWhole = read.next >= range.to
      picker.take(lane, isWhole ? read.messages : read.messages.filter(({ offset }) => offset < read.next))
    }
    if (read.error) {
      lane.failed = true
      lane.turn += 1
      errors.push({ topic: lane.topic, partition: lane.partition, error: read.error })
    } else if (!counts) {
      lane.turn += 1
      lane.asked = lane.at
    }
  }
}
