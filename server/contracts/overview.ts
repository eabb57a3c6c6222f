import { z } from 'zod'
import { degradedSource } from './problem.ts'
import { epochMs } from './scalars.ts'

export const severity = z.enum(['critical', 'warning', 'info'])
/** One thing that is wrong: what, since when, the numbers, and where to act. */
export const trouble = z.object({
  id: z.string(),
  severity,
  kind: z.enum([
    'failure-group',
    'group-stopped',
    'group-behind',
    'group-stalled',
    'not-checked',
    'broker-unreachable',
    'registry-unreachable',
    'errors-in-traces',
    'propagation-lost',
  ]),
  title: z.string(),
  cause: z.string(),
  numbers: z.string(),
  sinceMs: epochMs.nullable(),
  link: z.object({
    noun: z.enum(['failure-group', 'group', 'topic', 'traces', 'connection']),
    id: z.string(),
    label: z.string(),
  }),
})
export type Trouble = z.infer<typeof trouble>

export const sourceFreshness = z.object({
  source: z.enum(['lag-sampling', 'dead-letter-index', 'span-intake', 'broker', 'worker']),
  lastGoodAt: epochMs.nullable(),
  limitMs: z.number().int(),
  stale: z.boolean(),
  /** Why it is stale, or what it is doing. */
  detail: z.string(),
})
export type SourceFreshness = z.infer<typeof sourceFreshness>

export const sparkline = z.object({
  name: z.enum(['produced', 'consumed', 'deaths', 'lag']),
  unit: z.string(),
  points: z.array(z.number().nullable()),
})

export const overview = z.object({
  data: z.object({
    troubles: z.array(trouble),
    freshness: z.array(sourceFreshness),
    sparklines: z.array(sparkline),
    replaysRunning: z.number().int(),
    /** Services and topics with the rate between them, from message edges and groups. */
    map: z.object({
      nodes: z.array(
        z.object({
          id: z.string(),
          kind: z.enum(['service', 'topic']),
          name: z.string(),
          trouble: severity.nullable(),
        }),
      ),
      edges: z.array(z.object({ from: z.string(), to: z.string(), perMinute: z.number() })),
    }),
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type Overview = z.infer<typeof overview>
