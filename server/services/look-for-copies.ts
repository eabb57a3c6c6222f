import type { TopicName } from '#server/contracts/scalars.ts'
import { readLineage } from '#server/domain/replay-copy.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import type { ItemChange } from '#server/repositories/replay-items.ts'
import { readLooks, writeLooks } from '#server/repositories/replay-looks.ts'
import type { Connection, Deps } from './deps.ts'

const readAtOnce = 5_000
const readBudget: Budget = { ...searchBudget, milliseconds: 5_000 }
/** Read of a partition of which the broker says that nothing was written since: it says so of one it can not ask, too. */
const lastMessages = 20_000n
/** How far was looked is written down this often, in milliseconds. */
const noteEveryMs = 1_000

export type Placed = { readonly partition: number; readonly offset: bigint }

type Lane = { readonly partition: number; readonly end: bigint; next: bigint }

/** Records of the topic that are still to be looked through; 0 when all of it was. */
type LookReport = { readonly left: bigint }

/**
 * Looks through a topic for copies of a replay, every partition from a time on to its end, and writes those found as
 * `changeOf` says together with how far it looked. The next look, also by another worker, goes on from there: what was
 * written before an intent can not be its copy, so nothing is looked through twice. Ends early when the call does; what
 * is `left` is the next look's. Fails when a partition can not be asked or read: a copy there would be sent again.
 */
export const lookForCopies = async (
  deps: Deps,
  connection: Connection,
  look: {
    readonly topic: TopicName
    readonly replayId: string
    readonly fromMs: bigint
    /** What becomes of the item of a copy: null for nothing, `aborted` to count it as one of an aborted transaction. */
    readonly changeOf: (itemId: string, placed: Placed, copy: RawMessage) => ItemChange | 'aborted' | null
  },
  lease: LeaseProof,
  call: Call,
): Answer<LookReport> => {
  const { topic, replayId } = look
  const reader = connection.broker.messages
  if (!reader)
    return fail({ kind: 'unsupported', detail: 'the target can not be read by position', source: 'broker' })
  const found = await connection.broker.topics.find(topic, call)
  if (!found.ok) return found
  const looked = { topic, replayId, topicId: found.value.topicId ?? '' }
  const lanes = await findLanes(connection, found.value, look.fromMs, await readLooks(deps.db, looked), call)
  if (!lanes.ok) return lanes

  let changes: ItemChange[] = []
  let aborted = 0
  let moved = new Map<number, bigint>()
  let notedAt = performance.now()
  const note = async () => {
    if (moved.size > 0) await writeLooks(deps.db, looked, moved, changes, aborted, lease)
    changes = []
    aborted = 0
    moved = new Map()
    notedAt = performance.now()
  }
  const take = (partition: number, messages: readonly RawMessage[]) => {
    for (const message of messages) {
      const lineage = readLineage(message.headers)
      if (lineage?.replayId !== replayId) continue
      const placed = { partition, offset: message.offset }
      const change = look.changeOf(lineage.itemId.toString(), placed, message)
      if (change === 'aborted') aborted++
      else if (change) changes.push(change)
    }
  }
  for (const lane of lanes.value)
    while (lane.next < lane.end) {
      const { partition, next: from } = lane
      // Read committed, a stranger's open transaction would hide copies behind it, and those that were sent outside of
      // transactions would be sent again; aborted ones would not be seen at all.
      const read = await reader.readForward(
        { topic, partition, from, limit: readAtOnce, isolation: 'uncommitted', budget: readBudget },
        call,
      )
      const problem = read.ok ? (read.value.errors[0]?.error ?? null) : read.error
      if (!read.ok || problem) {
        await note()
        return call.signal.aborted ? succeed({ left: leftOf(lanes.value) }) : fail(problem ?? cutShort(topic))
      }
      take(partition, read.value.messages)
      const reached = read.value.resumeAt.get(partition) ?? from
      lane.next = read.value.stop === 'end' && reached < lane.end ? lane.end : reached
      moved.set(partition, lane.next)
      if (call.signal.aborted) {
        await note()
        return succeed({ left: leftOf(lanes.value) })
      }
      if (lane.next <= from) {
        await note()
        return fail(cutShort(topic))
      }
      if (performance.now() - notedAt > noteEveryMs) await note()
    }
  await note()
  return succeed({ left: 0n })
}

const cutShort = (topic: string) => ({
  kind: 'timeout' as const,
  detail: `looking for copies on ${topic} was cut short`,
  source: 'broker',
})

const leftOf = (lanes: readonly Lane[]): bigint =>
  lanes.reduce((sum, { next, end }) => sum + (end > next ? end - next : 0n), 0n)

/** What is to be looked through of each partition. Fails when one can not be asked. */
const findLanes = async (
  connection: Connection,
  topic: TopicState,
  fromMs: bigint,
  looks: ReadonlyMap<number, bigint>,
  call: Call,
): Answer<readonly Lane[]> => {
  const { topics, messages } = connection.broker
  const isKnown = topic.partitions.every(({ partition }) => looks.has(partition))
  const byTime =
    isKnown || !messages
      ? succeed(new Map<number, bigint | null>())
      : await messages.offsetsAt(topic.name, fromMs, call)
  if (!byTime.ok) return byTime
  const offsets = await topics.offsets([topic], call)
  if (!offsets.ok) return offsets
  const [range] = offsets.value
  const failed = range?.failed[0]
  if (failed) return fail(failed.error)
  return succeed(
    (range?.partitions ?? []).map(({ partition, start, end }) => {
      const last = end - lastMessages > start ? end - lastMessages : start
      const known = looks.get(partition)
      const next = known === undefined || known > end ? (byTime.value.get(partition) ?? last) : known
      return { partition, end, next: next < start ? start : next }
    }),
  )
}
