import { z } from 'zod'
import { deadLetterRow } from './failure-groups.ts'
import { messageRow, stopReason } from './messages.ts'
import { degradedSource } from './problem.ts'
import { outcome } from './replays.ts'
import { decimal64, epochMs, position, topicName } from './scalars.ts'

/** Where to go on, from an earlier answer: offsets of the origin's partition. Without either, all is told from its begin. */
export const keyStoryQuery = z.object({ newer: decimal64.optional(), older: decimal64.optional() })

/** A copy that a replay sent, or is to send. */
export const replayOfKey = z.object({
  replayId: z.string(),
  number: z.number().int().nullable(),
  letterId: z.string(),
  outcome,
  proof: z.string(),
  targetTopic: topicName,
  targetPosition: position.nullable(),
})

export const keyEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    atMs: epochMs.nullable(),
    message: messageRow,
    isOrigin: z.boolean(),
    /** The replay that sent it. */
    copyOf: z.object({ replayId: z.string(), number: z.number().int().nullable() }).nullable(),
  }),
  z.object({ kind: z.literal('letter'), atMs: epochMs, letter: deadLetterRow, isThis: z.boolean() }),
  z.object({ kind: z.literal('replay'), atMs: epochMs, replay: replayOfKey }),
])
export type KeyEvent = z.infer<typeof keyEvent>

/** How far one direction of the origin's partition was looked through. */
const keyLook = z.object({
  messages: decimal64,
  bytes: decimal64,
  stop: stopReason,
  /** The offset from which to look further; null: there is nothing further. */
  goOnFrom: decimal64.nullable(),
  problem: z.string().nullable(),
})
export type KeyLook = z.infer<typeof keyLook>

export const keyStory = z.object({
  keyText: z.string().nullable(),
  topic: topicName.nullable(),
  partition: z.number().int().nullable(),
  /** Newest first. Letters and replays only in the first answer. */
  events: z.array(keyEvent),
  /** Null: not looked that way. */
  newer: keyLook.nullable(),
  older: keyLook.nullable(),
  /** Letters of the key beyond those that are told of. */
  moreLetters: z.number().int(),
  /** Why no messages of the key were looked for; null where they were. */
  notLooked: z.string().nullable(),
  degraded: z.array(degradedSource),
})
export type KeyStory = z.infer<typeof keyStory>
