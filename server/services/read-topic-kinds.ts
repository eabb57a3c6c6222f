import type { TopicRow } from '#server/contracts/topics.ts'
import { isDeadLetterTopic, topicKindOf } from '#server/domain/topic-kind.ts'
import { type NatureRecord, readTopicNatures } from '#server/repositories/topic-natures.ts'
import type { Connection, Deps } from './deps.ts'

export type TopicKinds = {
  kindOf(name: string, internal: boolean): TopicRow['kind']
  isDeadLetter(name: string): boolean
  isRefused(name: string): boolean
  readonly natures: readonly NatureRecord[]
}

/**
 * What kind of topic each is: an operator's decision goes first, then names and the patterns of spillway.yaml, then what
 * the newest records showed.
 */
export const topicKindsOf = (connection: Connection, natures: readonly NatureRecord[]): TopicKinds => {
  const refused = new Set(natures.flatMap(({ topic, decision }) => (decision === 'refused' ? topic : [])))
  const found = new Set(
    natures.flatMap(({ topic, decision, verdict }) =>
      decision === 'accepted' || verdict === 'dead-letter' ? topic : [],
    ),
  )
  const retries = new Set(natures.flatMap(({ topic, verdict }) => (verdict === 'retry' ? topic : [])))
  const isDeadLetter = (name: string): boolean =>
    !refused.has(name) && (isDeadLetterTopic(name, connection.deadLetterTopics) || found.has(name))
  return {
    natures,
    isDeadLetter,
    isRefused: (name) => refused.has(name),
    kindOf: (name, internal) => {
      const named = topicKindOf(name, internal, connection.deadLetterTopics)
      if (named === 'internal') return named
      if (isDeadLetter(name)) return 'dead-letter'
      if (named === 'dead-letter') return 'ordinary'
      return retries.has(name) ? 'retry' : named
    },
  }
}

/** The kinds of a connection's topics as they are known now. Without the database only names tell. */
export const readTopicKinds = async (deps: Deps, connection: Connection): Promise<TopicKinds> =>
  topicKindsOf(connection, await readTopicNatures(deps.db, connection.id).catch(() => []))
