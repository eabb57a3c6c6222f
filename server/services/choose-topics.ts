import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { topicKindOf } from '#server/domain/topic-kind.ts'
import type { Call } from '#server/ports/call.ts'
import type { TopicState } from '#server/ports/topics.ts'
import type { Connection } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'

/**
 * The topics that an address names, or for `*` all that are not internal, by name. Those that do not exist are told apart;
 * `not-found` when none does.
 */
export const chooseTopics = async (
  connection: Connection,
  asked: '*' | readonly TopicName[],
  call: Call,
): Promise<
  Result<{ readonly topics: readonly TopicState[]; readonly missing: readonly TopicName[] }, Fault>
> => {
  const known = await connection.broker.topics.list(call)
  if (!known.ok) return fail(faultOf(known.error))
  if (asked === '*') {
    const topics = known.value
      .filter(({ name, internal }) => topicKindOf(name, internal, connection.deadLetterTopics) !== 'internal')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return succeed({ topics, missing: [] })
  }
  const found = pick(known.value, asked)
  // It may have been made a moment ago.
  const fresh =
    found.missing.length === 0 ? known : await connection.broker.topics.list({ ...call, maxAgeMs: 0 })
  if (!fresh.ok) return fail(faultOf(fresh.error))
  const chosen = fresh === known ? found : pick(fresh.value, asked)
  if (chosen.topics.length > 0) return succeed(chosen)
  return notFound(
    asked.length === 1
      ? `There is no topic named ${asked[0]} on ${connection.name}.`
      : `None of the ${asked.length} topics exists on ${connection.name}: ${asked.slice(0, 5).join(', ')}.`,
  )
}

const pick = (known: readonly TopicState[], asked: readonly TopicName[]) => {
  const byName = new Map(known.map((topic) => [topic.name, topic]))
  return {
    topics: asked.flatMap((name) => byName.get(name) ?? []),
    missing: asked.filter((name) => !byName.has(name)),
  }
}
