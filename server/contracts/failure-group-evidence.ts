import { z } from 'zod'
import { epochMs } from './scalars.ts'

const deployMark = z.object({
  id: z.string(),
  atMs: epochMs,
  text: z.string(),
  service: z.string().nullable(),
  by: z.string(),
})

/** What speaks for and against a failure being fixed, and how its letters differ. */
export const failureGroupEvidence = z.object({
  fix: z.object({
    verdict: z.enum(['no-mark', 'still-dying', 'too-early', 'unknown', 'quiet']),
    sentence: z.string(),
    /** The last deploy that concerns the group. */
    mark: deployMark.nullable(),
    /** Each with whether it speaks for the fix (null: neither), and where it is known from. */
    points: z.array(z.object({ holds: z.boolean().nullable(), text: z.string(), source: z.string() })),
  }),
  /** Deaths between one deploy and the next, oldest first; the first before any of them. */
  deploys: z.array(
    z.object({
      mark: deployMark.nullable(),
      deaths: z.number().int(),
      /** Null: over no time yet. */
      perHour: z.number().nullable(),
    }),
  ),
  /** The newest letters that what follows is told of. */
  lookedAt: z.number().int(),
  keys: z.object({
    distinct: z.number().int(),
    without: z.number().int(),
    top: z.array(z.object({ key: z.string(), count: z.number().int() })),
  }),
  /** Where the origin records stood. */
  partitions: z.array(z.object({ partition: z.number().int(), count: z.number().int() })),
  times: z.array(z.object({ fromMs: epochMs, untilMs: epochMs, count: z.number().int() })),
  /** One letter of each message, most frequent first. */
  samples: z.array(
    z.object({
      letterId: z.string(),
      message: z.string().nullable(),
      keyText: z.string().nullable(),
      diedAt: epochMs,
      count: z.number().int(),
    }),
  ),
  /** Headers that name a version, most frequent first. */
  versions: z.array(z.object({ header: z.string(), value: z.string(), count: z.number().int() })),
  /** Services in the traces of the newest letters. */
  services: z.array(z.string()),
})
export type FailureGroupEvidence = z.infer<typeof failureGroupEvidence>
