import { ledgerPartitionOf, ledgerTopicId } from '#server/domain/replay-ledger.ts'
import type { Call } from '#server/ports/call.ts'
import { type EarlierAttempts, readAttempts } from '#server/repositories/replay-ledger.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import { decideSending } from './decide-sending.ts'
import type { Connection, Deps } from './deps.ts'
import type { Judged } from './judge-letters.ts'
import { findLedgerEnd, readLedger } from './read-ledger.ts'

/** What a plan knows of earlier copies of its letters, and how it would send new ones. */
export type Earlier = {
  readonly attempts: ReadonlyMap<bigint, EarlierAttempts>
  /** Null where it could not be asked. */
  readonly sending: ReplayRecord['sending']
}

/**
 * Finds out how letters were sent before, by replays here and by the ledger, and how they would be sent now. Nothing is
 * made for it; what the ledger could not tell in time, it tells before a copy is sent. The ledger is that of the target;
 * `clusterId`: of the letters, null where it does not answer.
 */
export const findEarlier = async (
  deps: Deps,
  target: Connection,
  clusterId: string | null,
  ready: readonly Judged[],
  topicIds: ReadonlyMap<string, string | null>,
  call: Call,
): Promise<Earlier> => {
  const letters = ready.map(({ letter: { id, topic, partition, offset } }) => ({
    id,
    topicId: ledgerTopicId(topic, topicIds.get(`${topic}/${partition}`) ?? null),
    partition,
    offset,
  }))
  const [first] = letters
  if (!first || clusterId === null) return { attempts: new Map(), sending: null }
  const sources = letters.map(({ topicId, partition }) => ({ clusterId, topicId, partition }))
  const [sending] = await Promise.all([
    decideSending(target, { clusterId, ...first }, { ...call, validateOnly: true }),
    readNews(deps, target, sources, call),
  ])
  return {
    attempts: await readAttempts(deps.db, target.id, clusterId, letters),
    sending: sending.ok ? sending.value : null,
  }
}

/** Reads what is new in the ledger of dead-letter partitions, as far as it goes in time. */
const readNews = async (
  deps: Deps,
  connection: Connection,
  sources: readonly Parameters<typeof ledgerPartitionOf>[0][],
  call: Call,
): Promise<void> => {
  const ledger = await connection.broker.topics.find(connection.ledgerTopic, call)
  if (!ledger.ok) return
  const count = ledger.value.partitions.length
  const partitions = new Set(sources.map((source) => ledgerPartitionOf(source, count)))
  await Promise.all(
    [...partitions].map(async (partition) => {
      const end = await findLedgerEnd(connection, ledger.value, partition, call)
      if (end.ok) await readLedger(deps, connection, ledger.value, partition, end.value, call)
    }),
  )
}
