import { z } from 'zod'
import { placeInTopic } from './choices.ts'
import { messageRow } from './messages.ts'
import { decimal64, position } from './scalars.ts'

export const aroundQuery = z.object({
  at: z
    .string()
    .trim()
    .regex(placeInTopic, 'a position such as 3@88213, or a time such as 2026-11-21T03:00:00Z'),
  /** Messages on each side. */
  limit: z.coerce.number().int().min(1).max(200).default(25),
})

/** Messages around a place, newest first: of one partition by offset, or of all by time. */
export const messagesAround = z.object({
  rows: z.array(messageRow),
  /** The message at the place, or the first at or after the time; null when there is none. */
  looked: position.nullable(),
  /** Why nothing is at the position, and what is there instead. */
  note: z.string().nullable(),
  /** Of a position: what its partition holds now, from the first offset to before the end. */
  holds: z.object({ partition: z.number().int(), start: decimal64, end: decimal64 }).nullable(),
  nearest: z.object({ before: position.nullable(), after: position.nullable() }),
  registryProblem: z.string().nullable(),
})
export type MessagesAround = z.infer<typeof messagesAround>
