import type { TraceRow } from '#server/contracts/traces.ts'
import { sayDuration, sayMany } from '../say-amounts.ts'

type Found = Pick<TraceRow, 'services' | 'spans' | 'errors' | 'startMs'>

/** The traces that tell most of a message come first: over the most services, then the newest. */
export const sortFoundTraces = <T extends Found>(traces: readonly T[]): T[] =>
  traces.toSorted((a, b) => b.services.length - a.services.length || b.startMs - a.startMs)

/** How large a trace is, whether it has errors, and its age: 3 services, 14 spans, 2 errors, 12 s ago. */
export const sayTrace = ({ services, spans, errors, startMs }: Found, nowMs: number): string =>
  [
    sayMany(services.length, 'service'),
    sayMany(spans, 'span'),
    ...(errors > 0 ? [sayMany(errors, 'error')] : []),
    `${sayDuration(nowMs - startMs)} ago`,
  ].join(', ')
