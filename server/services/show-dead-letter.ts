import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import type { Rehydration } from '#server/contracts/letter-origin.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TraceId } from '#server/contracts/scalars.ts'
import type { Death } from '#server/domain/dead-letter.ts'
import type { FoundFact, FoundOrigin } from '#server/domain/dead-letter-origin.ts'
import { sayConfidence } from '#server/domain/judge-confidence.ts'
import { lacksPayload } from '#server/domain/judge-origin.ts'
import { type LetterFacts, stackLines } from '#server/domain/letter-facts.ts'
import { readParking } from '#server/domain/requeue.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { deadLetterRowOf } from './list-dead-letters.ts'
import { openLetter } from './open-letter.ts'
import { willKeep } from './read-keeping.ts'
import { expiryOf, type OriginReading, recordViewOf } from './read-letter-origin.ts'

type DeathView = DeadLetterDetail['death']

const deathViewOf = (death: Death | undefined): DeathView =>
  Object.fromEntries(
    Object.entries(death ?? {}).map(([field, { value, header, index }]) => [
      field,
      { value: String(value), from: 'header', header, index } as const,
    ]),
  )

/** The newest death, with what its headers do not tell of the origin and something else does. */
const newestViewOf = ({ decoded, origin }: LetterFacts): DeathView => {
  const view = deathViewOf(decoded?.death)
  for (const [field, fact] of Object.entries(origin) as [keyof FoundOrigin, FoundFact | null][]) {
    const told = view[field]
    if (fact === null) continue
    // A header that holds an id gives the name of its topic.
    if (fact.from !== 'header') view[field] = { value: fact.value, from: fact.from }
    else if (told) view[field] = { ...told, value: fact.value }
  }
  return view
}

const readingOf = (
  { decoded, origin, confidence }: LetterFacts,
  topic: string,
): DeadLetterDetail['reading'] => ({
  conventions: [...(decoded?.conventions ?? [])],
  confidence,
  why: sayConfidence({ decoded, origin, topic }),
  neverWritten: [...(decoded?.neverWritten ?? [])],
})

/**
 * One dead letter: its own record as the broker holds it now, the decoded failure with the header each fact came from,
 * and the record that died beside it. What can not be read is said, the rest stands.
 */
export const showDeadLetter = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<DeadLetterDetail, Fault>> => {
  const opened = await openLetter(deps, connection, id, call)
  if (!opened.ok) return opened
  const { letter, own, kept, facts, described, origin } = opened.value
  const degraded: DegradedSource[] = []
  if (!own.ok && own.error.kind !== 'not-found') degraded.push(degradedBy(own.error))
  if (described?.registryProblem)
    degraded.push({ source: 'registry', code: 'registry-unreachable', detail: described.registryProblem })
  return succeed({
    letter: deadLetterRowOf(letter),
    record:
      described &&
      recordViewOf(
        described,
        await expiryOf(connection, described.topic, own.ok ? own.value.timestampMs : null, call),
      ),
    recordProblem: own.ok ? null : own.error.detail,
    parked: own.ok ? readParking(own.value.headers) : null,
    kept,
    willBeKept: own.ok && kept === null && (await willKeep(deps, connection, letter.id, own.value)),
    death: facts ? newestViewOf(facts) : {},
    history: (facts?.decoded?.history ?? []).map(deathViewOf),
    missing: [...(facts?.decoded?.missing ?? [])],
    reading: facts ? readingOf(facts, letter.topic) : null,
    stackLines: stackLines(facts?.stack ?? null),
    origin: origin.view,
    rehydration: rehydrationOf(own, origin),
    trace: traceOf(letter, origin),
    degraded,
  })
}

/**
 * What a letter without a payload, or one that is gone, can be shown and sent as. An origin that may be another message
 * gives none.
 */
const rehydrationOf = (
  own: Result<RawMessage, BrokerError>,
  { view, message }: OriginReading,
): Rehydration => {
  if (own.ok ? !lacksPayload(own.value) : own.error.kind !== 'not-found') return null
  if (message) return { state: lacksPayload(message) ? 'empty' : 'rehydrated' }
  if (view.state === 'found') return { state: 'unrecoverable', why: view.doubt ?? '' }
  return { state: view.state === 'unreadable' ? 'unreadable' : 'unrecoverable', why: view.why }
}

const traceOf = (letter: LetterRecord, { message }: OriginReading): DeadLetterDetail['trace'] => {
  if (letter.traceId !== null) return { traceId: letter.traceId as TraceId, from: 'letter' }
  const traceId = message && traceIdOfHeaders(message.headers)
  return traceId ? { traceId: traceId as TraceId, from: 'origin' } : null
}
