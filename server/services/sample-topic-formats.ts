import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicFormats } from '#server/contracts/topics.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import { collectScan } from './collect-scan.ts'
import { decodeMessages } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

type Sample = TopicFormats['topics'][number]

/** What a topic's messages are seldom changes; what was not there may come at any time. In milliseconds. */
const keptMs = 300_000
const keptProblemMs = 15_000
const messagesSampled = 5
const sideBySide = 4
/** Topics for which the time is not enough are left out of the answer: who asks again gets more. */
const enoughMs = 3_000
const budget: Budget = { messages: 50, bytes: 1024 * 1024, milliseconds: 1_500 }
const limits = { maxTextChars: 1, maxRawBytes: 0, wantsReports: false }
const mostKept = 20_000

const samples = new WeakMap<Connection['broker'], Map<TopicName, Sample>>()

const samplesOf = ({ broker }: Connection): Map<TopicName, Sample> => {
  const known = samples.get(broker) ?? new Map<TopicName, Sample>()
  samples.set(broker, known)
  return known
}

/**
 * What the newest messages of topics decode as, read now or within the last five minutes: `sampledAt` says when. Topics
 * that could not be sampled in time are left out.
 */
export const sampleTopicFormats = async (
  deps: Deps,
  connection: Connection,
  topics: readonly TopicName[],
  call: Call,
): Promise<Result<TopicFormats, Fault>> => {
  const known = samplesOf(connection)
  if (known.size > mostKept) known.clear()
  const isFresh = (sample: Sample | undefined): sample is Sample =>
    sample !== undefined &&
    deps.clock.nowMs() - sample.sampledAt < (sample.messages === 0 ? keptProblemMs : keptMs)
  const wanted = topics.filter((topic) => !isFresh(known.get(topic))).values()
  const bounded = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(enoughMs)]) }
  const work = async () => {
    for (const topic of wanted) {
      if (bounded.signal.aborted) return
      const sample = await sampleOne(deps, connection, topic, bounded)
      if (!bounded.signal.aborted) known.set(topic, sample)
    }
  }
  await Promise.all(Array.from({ length: sideBySide }, work))
  return succeed({ topics: topics.map((topic) => known.get(topic)).filter(isFresh) })
}

const sampleOne = async (
  deps: Deps,
  connection: Connection,
  topic: TopicName,
  call: Call,
): Promise<Sample> => {
  const { broker } = connection
  const sampledAt = deps.clock.nowMs()
  const nothing = { topic, key: [], value: [], messages: 0, sampledAt }
  if (!broker.messages) return { ...nothing, problem: 'Messages of this broker can not be read.' }
  const request = { topics: [{ topic }], order: 'newest', limit: messagesSampled, budget } as const
  const read = await collectScan(broker.messages, request, call)
  if (!read.ok) return { ...nothing, problem: read.error.detail }
  const { rows } = await decodeMessages(read.value.messages, connection, limits, call)
  return {
    ...nothing,
    key: byFrequency(rows.map(({ key }) => key.kind)),
    value: byFrequency(rows.map(({ value }) => value.kind)),
    messages: rows.length,
    problem: null,
  }
}

/** Kinds, most frequent first, without nulls: a tombstone or a missing key has no format. */
const byFrequency = (kinds: readonly string[]): string[] =>
  [
    ...Map.groupBy(
      kinds.filter((kind) => kind !== 'null'),
      (kind) => kind,
    ),
  ]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([kind]) => kind)
