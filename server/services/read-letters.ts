import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { RawMessage } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { type Budget, type Call, searchBudget } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'

export type Coordinates = { readonly topic: string; readonly partition: number; readonly offset: bigint }

const budget: Budget = { ...searchBudget, milliseconds: 30_000 }
/** Offsets closer than this are read in one go. */
const gap = 500n

export const coordinateKey = ({ topic, partition, offset }: Coordinates): string =>
  `${topic} ${partition}@${offset}`

/** Reads records at given coordinates, neighbours together. Records that are gone are left out of the answer. */
export const readLetters = async (
  connection: Connection,
  wanted: readonly Coordinates[],
  call: Call,
): Promise<Result<ReadonlyMap<string, RawMessage>, BrokerError>> => {
  const { messages } = connection.broker
  if (!messages)
    return fail({ kind: 'unsupported', detail: 'This broker can not be read by position.', source: 'broker' })
  const found = new Map<string, RawMessage>()
  const lanes = Map.groupBy(wanted, ({ topic, partition }) => `${topic} ${partition}`)
  for (const lane of lanes.values()) {
    const sorted = [...lane].sort((a, b) => (a.offset < b.offset ? -1 : 1))
    const keys = new Set(sorted.map(coordinateKey))
    for (let at = 0; at < sorted.length; ) {
      const first = sorted[at]
      if (!first) break
      let end = at
      while (end + 1 < sorted.length && (sorted[end + 1]?.offset ?? 0n) - (sorted[end]?.offset ?? 0n) < gap)
        end++
      const last = sorted[end] ?? first
      for (let from = first.offset; from <= last.offset; ) {
        const limit = Number(last.offset - from) + 1
        const read = await messages.readForward(
          { topic: first.topic as TopicName, partition: first.partition, from, limit, budget },
          call,
        )
        if (!read.ok) return read
        const [problem] = read.value.errors
        if (problem) return fail(problem.error)
        for (const message of read.value.messages) {
          const key = coordinateKey(message)
          if (keys.has(key)) found.set(key, message)
        }
        const next = read.value.resumeAt.get(first.partition) ?? last.offset + 1n
        // Cut short is not the same as gone: whoever takes it so would call letters deleted that are there.
        if (call.signal.aborted || (next <= from && read.value.stop !== 'end'))
          return fail({ kind: 'timeout', detail: `reading ${first.topic} was cut short`, source: 'broker' })
        if (next <= from) break
        from = next
      }
      at = end + 1
    }
  }
  return succeed(found)
}
