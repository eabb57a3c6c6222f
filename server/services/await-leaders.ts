import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { Connection } from './deps.ts'

const lookAgainMs = 100

/**
 * Waits until a topic that was just made has leaders, which takes a moment, at most so many milliseconds: then `timeout`,
 * which names the topic as `named`.
 */
export const awaitLeaders = async (
  { broker }: Pick<Connection, 'broker'>,
  topic: TopicName,
  { named, withinMs }: { readonly named: string; readonly withinMs: number },
  call: Call,
): Answer<TopicState> => {
  const until = performance.now() + withinMs
  for (;;) {
    const listed = await broker.topics.list({ ...call, maxAgeMs: 0 })
    if (!listed.ok) return listed
    const found = listed.value.find(({ name }) => name === topic)
    if (found?.partitions.every(({ leader }) => leader !== null)) return succeed(found)
    if (call.signal.aborted || performance.now() > until)
      return fail({ kind: 'timeout', detail: `${named} was made and is not ready yet`, source: 'broker' })
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}
