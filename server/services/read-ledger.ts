import { nextToRead } from '#server/domain/ledger-spans.ts'
import { decodeLedgerKey, decodeLedgerValue } from '#server/domain/replay-ledger.ts'
import { fail, succeed } from '#server/domain/result.ts'
import { isTopicId } from '#server/domain/topic-identity.ts'
import type { Answer } from '#server/ports/answer.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import {
  type LedgerPlace,
  type LedgerRecord,
  readLedgerPosition,
  readLedgerSpans,
  writeLedger,
} from '#server/repositories/replay-ledger.ts'
import type { Connection, Deps } from './deps.ts'

const readAtOnce = 5_000
const readBudget: Budget = { ...searchBudget, milliseconds: 5_000 }
/** How long one reading takes at most; the next goes on where it ended. */
const readingMs = 5_000
const lookAgainMs = 50

/** Where a partition of a ledger ends now: what was begun before stands below, decided or not. */
export const findLedgerEnd = async (
  connection: Connection,
  ledger: TopicState,
  partition: number,
  call: Call,
): Answer<bigint> => {
  const offsets = await connection.broker.topics.offsets([ledger], call)
  if (!offsets.ok) return offsets
  const [range] = offsets.value
  const failed = range?.failed.find((one) => one.partition === partition)
  if (failed) return fail(failed.error)
  const own = range?.partitions.find((one) => one.partition === partition)
  return own
    ? succeed(own.end)
    : fail({
        kind: 'not-found',
        detail: `the ledger topic ${ledger.name} has no partition ${partition}`,
        source: 'broker',
      })
}

/**
 * Reads a partition of the ledger from where it was read last, up to an offset, and keeps what it holds; records that
 * stand in items already are passed over. Waits while a transaction below that offset is still open. Answers how many
 * records are left to the next reading: 0 when every transaction below the offset is decided and known here.
 */
export const readLedger = async (
  deps: Deps,
  connection: Connection,
  ledger: TopicState,
  partition: number,
  end: bigint,
  call: Call,
): Answer<{ readonly left: bigint }> => {
  const reader = connection.broker.messages
  if (!reader)
    return fail({ kind: 'unsupported', detail: 'the ledger can not be read by position', source: 'broker' })
  const place = ledgerPlaceOf(connection, ledger, partition)
  const until = performance.now() + readingMs
  const spans = await readLedgerSpans(deps.db, place)
  let next = await readLedgerPosition(deps.db, place)
  while (next < end) {
    if (call.signal.aborted || performance.now() > until) return succeed({ left: end - next })
    const { from, until: spanBegins } = nextToRead(next, spans)
    if (from >= end) {
      await writeLedger(deps.db, place, [], from)
      break
    }
    const request = { topic: ledger.name, partition, from, until: spanBegins, limit: readAtOnce }
    const read = await reader.readForward({ ...request, budget: readBudget }, call)
    if (!read.ok) return read
    const [problem] = read.value.errors
    if (problem) return fail(problem.error)
    const reached = read.value.resumeAt.get(partition) ?? from
    if (reached > next) await writeLedger(deps.db, place, read.value.messages.flatMap(recordsOf), reached)
    else await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    next = reached
  }
  return succeed({ left: 0n })
}

/** How a partition of a connection's ledger is named where it is kept how far it was read. */
export const ledgerPlaceOf = (
  connection: Connection,
  { name, topicId }: TopicState,
  partition: number,
): LedgerPlace => ({
  connectionId: connection.id,
  topicId: isTopicId(topicId) ? topicId : name,
  partition,
})

/** What is no record of a ledger is passed over: the topic may have been used for something else. */
const recordsOf = ({ key, value }: RawMessage): LedgerRecord[] => {
  const known = decodeLedgerKey(key)
  const told = decodeLedgerValue(value)
  return known && (told || value === null) ? [{ key: known, value: told }] : []
}
