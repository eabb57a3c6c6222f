import { z } from 'zod'
import { lagPoint } from './groups.ts'
import { problem } from './problem.ts'
import { replaySummary } from './replays.ts'
import { epochMs } from './scalars.ts'

/** What changed, by noun; a browser refetches what it shows of these. */
export const changedNoun = z.enum([
  'groups',
  'failure-groups',
  'replays',
  'traces',
  'overview',
  'marks',
  'schemas',
  'topics',
])

/** Frames of an SSE stream, as `data:` lines of JSON. */
export const liveFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('data'), changed: changedNoun, at: epochMs }),
  z.object({
    type: z.literal('lag'),
    connection: z.string(),
    group: z.string(),
    topic: z.string(),
    point: lagPoint,
  }),
  z.object({ type: z.literal('replay'), replay: replaySummary }),
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('dropped'), frames: z.number().int() }),
  z.object({ type: z.literal('error'), problem }),
  z.object({ type: z.literal('done') }),
])
export type LiveFrame = z.infer<typeof liveFrame>
