import { z } from 'zod'
import { degradedSource } from './problem.ts'

/** What the command palette finds: nouns by name, and where an id or key leads. */
export const findQuery = z.object({ q: z.string().min(1).max(200) })
export const findHit = z.object({
  noun: z.enum([
    'topic',
    'group',
    'subject',
    'failure-group',
    'dead-letter',
    'trace',
    'replay',
    'message-key',
  ]),
  id: z.string(),
  title: z.string(),
  detail: z.string(),
})
export type FindHit = z.infer<typeof findHit>
export const findAnswer = z.object({ hits: z.array(findHit), degraded: z.array(degradedSource) })
export type FindAnswer = z.infer<typeof findAnswer>
