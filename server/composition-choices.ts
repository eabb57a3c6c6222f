import type { TopicName } from './contracts/scalars.ts'
import { logger } from './logger.ts'
import type { PayloadReading, TopicChoices } from './ports/payload-reading.ts'
import type { Database } from './repositories/database.ts'
import { listDecoderChoices } from './repositories/decoder-choices.ts'

/** Operators' choices of decoders on a connection, as the database keeps them. */
export const makeChoices =
  (db: Database, connectionId: string): PayloadReading['choices'] =>
  async (topics) => {
    const choices = await listDecoderChoices(db, connectionId, topics).catch((error: unknown) => {
      logger.warn({ err: error, connection: connectionId }, 'choices of decoders could not be read')
      return []
    })
    const byTopic = new Map<TopicName, TopicChoices>()
    for (const { topic, side, decoder } of choices)
      byTopic.set(topic as TopicName, { ...byTopic.get(topic as TopicName), [side]: decoder })
    return byTopic
  }
