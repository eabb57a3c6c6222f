import type { TopicName } from '#server/contracts/scalars.ts'
import { readLineage } from '#server/domain/replay-copy.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/broker.ts'
import { type Call, searchBudget } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

const readAtOnce = 5_000
/** Read of a partition of which the broker says that nothing was written since: it says so of one it can not ask, too. */
const lastMessages = 20_000n

export type Placed = { readonly partition: number; readonly offset: bigint }

/** Where copies of a replay stand on a topic, by item id: every partition is read from a time to its end. */
export const findCopies = async (
  connection: Connection,
  topic: TopicName,
  replayId: string,
  fromMs: bigint,
  call: Call,
): Answer<ReadonlyMap<string, Placed>> => {
  const reader = connection.broker.messages
  if (!reader)
    return fail({ kind: 'unsupported', detail: 'the target can not be read by position', source: 'broker' })
  const starts = await findStarts(connection, topic, fromMs, call)
  if (!starts.ok) return starts
  const found = new Map<string, Placed>()
  for (const [partition, start] of starts.value)
    for (let from: bigint | null = start; from !== null; ) {
      // Copies are sent outside of transactions. Read committed, a stranger's open transaction would hide those behind
      // it, and they would be sent again.
      const read = await reader.readForward(
        { topic, partition, from, limit: readAtOnce, isolation: 'uncommitted', budget: searchBudget },
        call,
      )
      if (!read.ok) return read
      const [problem] = read.value.errors
      if (problem) return fail(problem.error)
      for (const { headers, offset } of read.value.messages) {
        const lineage = readLineage(headers)
        if (lineage?.replayId === replayId) found.set(lineage.itemId.toString(), { partition, offset })
      }
      const next: bigint | undefined = read.value.resumeAt.get(partition)
      const isWhole = read.value.stop === 'end'
      // Cut short is not the same as not there: a copy that was not seen would be sent again.
      if (!isWhole && (call.signal.aborted || next === undefined || next <= from))
        return fail({
          kind: 'timeout',
          detail: `looking for copies on ${topic} was cut short`,
          source: 'broker',
        })
      from = isWhole || next === undefined ? null : next
    }
  return succeed(found)
}

/** The offset to read each partition from. Fails when a partition can not be asked: a copy there would be sent again. */
const findStarts = async (
  connection: Connection,
  topic: TopicName,
  fromMs: bigint,
  call: Call,
): Answer<ReadonlyMap<number, bigint>> => {
  const { topics, messages } = connection.broker
  const [byTime, state] = await Promise.all([
    messages?.offsetsAt(topic, fromMs, call) ?? succeed(new Map<number, bigint | null>()),
    topics.find(topic, call),
  ])
  if (!byTime.ok) return byTime
  if (!state.ok) return state
  const offsets = await topics.offsets([state.value], call)
  if (!offsets.ok) return offsets
  const [range] = offsets.value
  const failed = range?.failed[0]
  if (failed) return fail(failed.error)
  return succeed(
    new Map(
      (range?.partitions ?? []).map(({ partition, start, end }) => {
        const last = end - lastMessages > start ? end - lastMessages : start
        return [partition, byTime.value.get(partition) ?? last]
      }),
    ),
  )
}
