import type { ScanReport } from '#server/contracts/messages.ts'
import type { Budget } from '#server/ports/call.ts'
import type { ScanEnd } from '#server/ports/scan.ts'
import type { Deps } from './deps.ts'
import { reportRanges } from './report-ranges.ts'

/** What was read for an answer, so far or in all; what is not known of it is left out of its report. */
export type Read = Pick<ScanEnd, 'scannedMessages' | 'scannedBytes' | 'partitions'> &
  Partial<Pick<ScanEnd, 'spans' | 'matches' | 'coveredMs' | 'errors' | 'heldBack' | 'lost'>> & {
    readonly topics?: number
    readonly notes?: readonly string[]
  }

/** How the reading was begun: when on the monotonic clock, within which budget, and by whose cap that may be raised. */
type Begun = {
  readonly startedAt: number
  readonly budget: Budget
  readonly limits?: Deps['searchLimits']
}

/** A time of a scan for people; null where it is not known, or before the epoch. */
export const msOf = (time: bigint | null): number | null => (time === null || time < 0n ? null : Number(time))

/** The report of every scan: what was read, how long that took and what it might have cost at most. */
export const reportScan = (
  {
    scannedMessages,
    scannedBytes,
    partitions,
    topics,
    spans,
    matches,
    coveredMs,
    errors,
    heldBack,
    lost,
    notes,
  }: Read,
  { startedAt, budget, limits }: Begun,
): Omit<ScanReport, 'stop'> => ({
  partitions,
  ...(topics === undefined ? {} : { topics }),
  ...(spans === undefined ? {} : { ranges: reportRanges(spans) }),
  messages: scannedMessages.toString(),
  bytes: scannedBytes.toString(),
  durationMs: Math.round(performance.now() - startedAt),
  backToMs: msOf(coveredMs?.from ?? null),
  ...(coveredMs === undefined ? {} : { coveredMs: { from: msOf(coveredMs.from), to: msOf(coveredMs.to) } }),
  budget: {
    messages: budget.messages,
    bytes: budget.bytes,
    durationMs: budget.milliseconds,
    ...(limits === undefined ? {} : { mostBytes: limits.mostBytes }),
  },
  errors: (errors ?? []).map(({ topic, partition, error }) => ({ topic, partition, detail: error.detail })),
  ...(matches === undefined ? {} : { matches: matches.toString() }),
  ...(heldBack === undefined
    ? {}
    : {
        heldBack: heldBack.map(({ partition, from, to }) => ({
          partition,
          messages: (to - from).toString(),
        })),
      }),
  ...(lost === undefined
    ? {}
    : { lost: lost.map((one) => ({ ...one, from: one.from.toString(), to: one.to.toString() })) }),
  ...(notes === undefined ? {} : { notes: [...notes] }),
})
