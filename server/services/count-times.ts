import { succeed } from '#server/domain/result.ts'
import { countTimes } from '#server/domain/time-histogram.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { CountTask } from '#server/ports/scanner.ts'

/**
 * Reads topics from the first edge on and counts their messages between each two edges; null when the budget or a
 * partition that can not be read keeps it from counting all. All of the range stand there, whatever their order: before
 * the first edge's offset all are older.
 */
export const countBetween = async (
  reader: MessageReader,
  { topics, edgesMs, budget }: Omit<CountTask, 'connection'>,
  call: Call,
): Answer<readonly bigint[] | null> => {
  const steps = reader.scan(
    {
      topics: topics.map((topic) => ({ topic })),
      order: 'oldest',
      sinceMs: BigInt(edgesMs[0] ?? 0),
      limit: budget.messages + 1,
      budget,
    },
    call,
  )
  const times: bigint[] = []
  for (;;) {
    const step = await steps.next()
    if (!step.done) {
      for (const { timestampMs } of step.value.found) times.push(timestampMs)
      continue
    }
    if (!step.value.ok) return step.value
    const { stop, errors } = step.value.value
    return succeed(stop === 'end' && errors.length === 0 ? countTimes(edgesMs, times) : null)
  }
}
