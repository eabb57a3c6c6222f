import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TopicRow } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { readTopicFacts } from './read-topic-facts.ts'

/** Rows of all topics of a connection, and when they were asked for. */
export type TopicTable = {
  readonly rows: readonly TopicRow[]
  readonly degraded: readonly DegradedSource[]
  /** Milliseconds since the epoch. */
  readonly askedAtMs: number
  readonly partitions: number
}
type Answer = Result<TopicTable, BrokerError>
type Kept = { table: TopicTable | null; pending: Promise<Answer> | null; isOld: boolean }

/** Up to this size a cluster is asked for every page: it answers at once, and nothing is old. */
const smallCluster = 1_000
/** A table of a larger one is answered with for this long, and read anew behind an answer when it is half that old. */
const keptMs = 12_000
const readingMs = 20_000

/** By connection, for as long as the connection is there. */
const tables = new WeakMap<Connection['broker'], Kept>()

const keptOf = ({ broker }: Connection): Kept => {
  const known = tables.get(broker)
  if (known) return known
  const made: Kept = { table: null, pending: null, isOld: false }
  tables.set(broker, made)
  return made
}

/**
 * All topics with their figures. Of a cluster with many partitions a table may be up to 12 s old, as `askedAtMs` says:
 * reading it takes longer than a page may, and the pages, orders and filters of one reader all come from one table.
 */
export const readTopicTable = async (deps: Deps, connection: Connection, call: Call): Promise<Answer> => {
  const kept = keptOf(connection)
  const { table } = kept
  const ageMs = table ? deps.clock.nowMs() - table.askedAtMs : Number.POSITIVE_INFINITY
  if (table && !kept.isOld && table.partitions > smallCluster && ageMs < keptMs) {
    if (ageMs > keptMs / 2) void startReading(deps, connection, kept)
    return succeed(table)
  }
  // Who asks a small cluster is answered with nothing that was asked for earlier.
  if (table === null || table.partitions > smallCluster)
    return giveUpWith(startReading(deps, connection, kept), call)
  return readTable(deps, connection, call).then((answer) => keep(kept, answer))
}

/** What was read of a connection's topics holds no longer: somebody changed one. */
export const forgetTopicTable = (connection: Connection): void => {
  keptOf(connection).isOld = true
}

const keep = (kept: Kept, answer: Answer): Answer => {
  if (answer.ok && (kept.table === null || kept.table.askedAtMs <= answer.value.askedAtMs))
    kept.table = answer.value
  return answer
}

/** One reading for all who ask meanwhile; it goes on when one of them gives up. */
const startReading = (deps: Deps, connection: Connection, kept: Kept): Promise<Answer> => {
  if (kept.pending && !kept.isOld) return kept.pending
  kept.isOld = false
  const reading = readTable(deps, connection, { signal: AbortSignal.timeout(readingMs) })
    .then((answer) => keep(kept, answer))
    .finally(() => {
      if (kept.pending === reading) kept.pending = null
    })
  kept.pending = reading
  return reading
}

const giveUpWith = (reading: Promise<Answer>, { signal }: Call): Promise<Answer> => {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const giveUp = () =>
    resolve(fail({ kind: 'timeout', detail: 'topics: no answer within the time allowed', source: 'broker' }))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  return Promise.race([reading, promise]).finally(() => signal.removeEventListener('abort', giveUp))
}

const readTable = async (deps: Deps, connection: Connection, call: Call): Promise<Answer> => {
  const askedAtMs = deps.clock.nowMs()
  const listed = await connection.broker.topics.list(call)
  if (!listed.ok) return listed
  const { rows, degraded } = await readTopicFacts(deps, connection, listed.value, call)
  return succeed({
    rows,
    degraded,
    askedAtMs,
    partitions: rows.reduce((sum, { partitions }) => sum + partitions, 0),
  })
}
