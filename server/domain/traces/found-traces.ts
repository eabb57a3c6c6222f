import type { TraceRow } from '#server/contracts/traces.ts'
import { sayCount, sayDuration } from '../say-amounts.ts'

type Found = Pick<TraceRow, 'services' | 'spans' | 'errors' | 'startMs'>

const sayNumber = (count: number, noun: string): string =>
  `${sayCount(count)} ${noun}${count === 1 ? '' : 's'}`

/** The traces that tell most of a message come first: over the most services, then the newest. */
export const sortFoundTraces = <T extends Found>(traces: readonly T[]): T[] =>
  traces.toSorted((a, b) => b.services.length - a.services.length || b.startMs - a.startMs)

/** How large a trace is, whether it has errors, and its age: 3 services, 14 spans, 2 errors, 12 s ago. */
export const sayTrace = ({ services, spans, errors, startMs }: Found, nowMs: number): string =>
  [
    sayNumber(services.length, 'service'),
    sayNumber(spans, 'span'),
    ...(errors > 0 ? [sayNumber(errors, 'error')] : []),
    `${sayDuration(nowMs - startMs)} ago`,
  ].join(', ')
