import type { z } from 'zod'
import type { FindAnswer, FindHit, findQuery } from '#server/contracts/find.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import { traceId } from '#server/contracts/scalars.ts'
import { traceListQuery } from '#server/contracts/traces.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { sayCount, sayMany } from '#server/domain/say-amounts.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import { matchesName } from '#server/domain/topic-rows.ts'
import { sayTrace, sortFoundTraces } from '#server/domain/traces/found-traces.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { findFailureGroups, findLettersByKey, findReplays } from '#server/repositories/find-by-text.ts'
import { readLatestLag } from '#server/repositories/lag-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'

/** Whoever does not answer this soon is left out: somebody is typing. In milliseconds. */
const patienceMs = 2_000
const perNoun = 8
const fewTraces = 5

type Found = { readonly hits: readonly FindHit[]; readonly degraded?: DegradedSource }

/**
 * What a name, an id or a key leads to: topics, groups, failure groups, dead letters by key, replays, traces, and
 * last the search for messages with that key. A source that does not answer is named in `degraded`.
 */
export const findAnything = async (
  deps: Deps,
  connection: Connection,
  { q }: z.output<typeof findQuery>,
  call: Call,
): Promise<Result<FindAnswer, Fault>> => {
  const text = q.trim()
  if (text === '') return succeed({ hits: [], degraded: [] })
  const patient = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)]) }
  const found = await Promise.all([
    findTopics(connection, text, patient),
    findGroups(deps, connection, text, patient),
    findSubjects(connection, text, patient),
    findFailures(deps, connection, text),
    findLetters(deps, connection, text),
    findStartedReplays(deps, connection, text),
    findTraces(deps, text, patient),
  ])
  return succeed({
    hits: [
      ...found.flatMap(({ hits }) => hits),
      {
        noun: 'message-key',
        id: text,
        title: text,
        detail: 'Find messages with this key',
      },
    ],
    degraded: found.flatMap(({ degraded }) => degraded ?? []),
  })
}

/** Names that begin with the text before those that hold it somewhere, short before long. */
const byCloseness = (text: string) => (a: string, b: string) => {
  const begins = (name: string) => (name.toLowerCase().startsWith(text.toLowerCase()) ? 0 : 1)
  return begins(a) - begins(b) || a.length - b.length || (a < b ? -1 : 1)
}

const without = (error: BrokerError): Found => ({ hits: [], degraded: degradedBy(error) })

const findTopics = async (connection: Connection, text: string, call: Call): Promise<Found> => {
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return without(listed.error)
  const topics = new Map(listed.value.map((topic) => [topic.name as string, topic]))
  return {
    hits: [...topics.keys()]
      .filter((name) => matchesName(name, text))
      .sort(byCloseness(text))
      .slice(0, perNoun)
      .map((name) => {
        const topic = topics.get(name)
        const kind = topicKindOf(name, topic?.internal ?? false, connection.deadLetterTopics)
        return {
          noun: 'topic' as const,
          id: name,
          title: name,
          detail: [
            kind === 'ordinary' ? 'topic' : `${kind} topic`,
            `partitions: ${topic?.partitions.length ?? 0}`,
          ].join(', '),
        }
      }),
  }
}

/** Subjects by name; a registry that does not answer is named only where one is configured. */
const findSubjects = async ({ registry }: Connection, text: string, call: Call): Promise<Found> => {
  if (!registry) return { hits: [] }
  const listed = await registry.catalogue.subjects({ deleted: false }, call)
  if (!listed.ok) return without(listed.error)
  return {
    hits: listed.value
      .filter((name) => matchesName(name, text))
      .sort(byCloseness(text))
      .slice(0, perNoun)
      .map((name) => ({ noun: 'subject' as const, id: name, title: name, detail: 'schema subject' })),
  }
}

const findGroups = async (deps: Deps, connection: Connection, text: string, call: Call): Promise<Found> => {
  const [sampled, listed] = await Promise.all([
    readLatestLag(deps.db, connection.id),
    connection.broker.groups?.list(call),
  ])
  const lag = new Map<string, bigint>()
  for (const sample of sampled) lag.set(sample.group, (lag.get(sample.group) ?? 0n) + sample.lag)
  const names = new Set<string>([
    ...lag.keys(),
    ...(listed?.ok ? listed.value.map(({ group }) => group as string) : []),
  ])
  const hits = [...names]
    .filter((name) => matchesName(name, text))
    .sort(byCloseness(text))
    .slice(0, perNoun)
    .map((name) => {
      const messages = lag.get(name)
      return {
        noun: 'group' as const,
        id: name,
        title: name,
        detail: messages === undefined ? 'consumer group' : `consumer group, lag ${sayCount(messages)}`,
      }
    })
  // The topics have already told that the broker is away.
  return { hits }
}

const findFailures = async (deps: Deps, connection: Connection, text: string): Promise<Found> => ({
  hits: (await findFailureGroups(deps.db, connection.id, text, perNoun)).map((group) => ({
    noun: 'failure-group',
    id: group.id,
    title: [group.errorClass ?? 'Unknown error', group.message].filter(Boolean).join(': '),
    detail: `${sayMany(group.letters, 'dead letter')} of ${group.consumerGroup ?? 'an unknown group'} on ${group.originTopic ?? 'an unknown topic'}`,
  })),
})

const findLetters = async (deps: Deps, connection: Connection, text: string): Promise<Found> => ({
  hits: (await findLettersByKey(deps.db, connection.id, text, perNoun)).map((letter) => ({
    noun: 'dead-letter',
    id: letter.id,
    title: `${text} in ${letter.topic}`,
    detail: [letter.errorClass ?? 'Unknown error', letter.message].filter(Boolean).join(': '),
  })),
})

const findStartedReplays = async (deps: Deps, connection: Connection, text: string): Promise<Found> => ({
  hits: (await findReplays(deps.db, connection.id, text, perNoun)).map((replay) => ({
    noun: 'replay',
    id: replay.id,
    title: `Replay #${replay.number}: ${replay.title}`,
    detail: replay.state,
  })),
})

const findTraces = async (deps: Deps, text: string, call: Call): Promise<Found> => {
  const id = traceId.safeParse(text.toLowerCase())
  if (id.success) {
    const found = await deps.traces.trace(id.data, 1, call)
    if (!found.ok) return found.error.kind === 'not-found' ? { hits: [] } : without(found.error)
    const root = found.value.spans[0]
    return {
      hits: [
        {
          noun: 'trace',
          id: id.data,
          title: id.data,
          detail: root ? `${root.service}: ${root.name}` : 'trace',
        },
      ],
    }
  }
  if (text.length < 3) return { hits: [] }
  const found = await deps.traces.list(traceListQuery.parse({ q: text, minutes: 1440, limit: 50 }), call)
  if (!found.ok) return without(found.error)
  return {
    hits: sortFoundTraces(found.value.traces)
      .slice(0, fewTraces)
      .map((trace) => ({
        noun: 'trace',
        id: trace.traceId,
        title: `${trace.rootService}: ${trace.rootName}`,
        detail: sayTrace(trace, deps.clock.nowMs()),
      })),
  }
}
