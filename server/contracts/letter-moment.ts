import { z } from 'zod'
import { lagPoint } from './groups.ts'
import { degradedSource } from './problem.ts'
import { decimal64, epochMs, groupId, topicName } from './scalars.ts'

/** How far behind the group was when the letter died, from the worker's samples. */
export const lagAtDeath = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('sampled'),
    group: groupId,
    topic: topicName,
    /** Of the sample nearest to the death. */
    lagMessages: decimal64,
    members: z.number().int(),
    groupState: z.string(),
    sampledAt: epochMs,
    /** Half an hour before the death and after it, as far as it was sampled. */
    points: z.array(lagPoint),
  }),
  z.object({ state: z.literal('none'), why: z.string() }),
])
export type LagAtDeath = z.infer<typeof lagAtDeath>

/** The schema that one side of the message was written with, and what the registry holds now. */
export const sideSchema = z.object({
  side: z.enum(['key', 'value']),
  /** Null where the payload names its schema by GUID alone. */
  id: z.number().int().nullable(),
  guid: z.string().nullable(),
  subject: z.string().nullable(),
  /** The version that was written with; null where the registry does not tell. */
  version: z.number().int().nullable(),
  /** `gone`: the registry does not know the id any more; `unknown`: it did not answer. */
  registered: z.enum(['yes', 'deleted', 'gone', 'unknown']),
  /** Whether this payload decodes with it now; null where that can not be told. */
  decodes: z.boolean().nullable(),
  /** Why it does not. */
  problem: z.string().nullable(),
  latestVersion: z.number().int().nullable(),
})
export type SideSchema = z.infer<typeof sideSchema>

export const letterMoment = z.object({
  diedAt: epochMs,
  lag: lagAtDeath,
  /** Schemas of key and value where they name one. */
  schemas: z.array(sideSchema),
  /** Why there is none to tell of; null where there is one. */
  noSchema: z.string().nullable(),
  degraded: z.array(degradedSource),
})
export type LetterMoment = z.infer<typeof letterMoment>
