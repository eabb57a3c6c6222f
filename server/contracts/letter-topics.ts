import { z } from 'zod'
import { convention } from './conventions.ts'
import { epochMs, topicName } from './scalars.ts'

/** A topic whose records, not its name, tell that it holds dead letters; or about which an operator has decided. */
export const foundTopic = z.object({
  topic: topicName,
  /** `dead-letter`: read by itself unless refused. `proposed`: read when it is accepted. */
  verdict: z.enum(['dead-letter', 'proposed', 'retry', 'ordinary', 'empty']),
  /** 20 of 20 sampled records carry Kafka Connect's failure headers. */
  why: z.string(),
  since: epochMs,
  sampledAt: epochMs.nullable(),
  conventions: z.array(convention),
  origins: z.array(z.string()),
  decision: z.enum(['accepted', 'refused']).nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: epochMs.nullable(),
  /** Whether its letters are read into the inbox. */
  isRead: z.boolean(),
})
export type FoundTopic = z.infer<typeof foundTopic>
export const foundTopicList = z.object({ topics: z.array(foundTopic) })
export const decideTopicRequest = z.object({ decision: z.enum(['accepted', 'refused']) })

/** Retry and dead-letter topics that a record of `origin` may go through, in that order. */
export const retryChainView = z.object({
  /** Null: the topic is of no chain. */
  chain: z
    .object({
      origin: topicName,
      topics: z.array(
        z.object({
          topic: topicName,
          kind: z.enum(['retry', 'dead-letter']),
          delayMs: z.number().nullable(),
          by: z.enum(['name', 'records', 'configuration']),
        }),
      ),
      /** The sum of the delays that are known. */
      delayMs: z.number(),
    })
    .nullable(),
})
export type RetryChainView = z.infer<typeof retryChainView>
