import type { ScanReport } from '#server/contracts/messages.ts'
import { formatBytes, formatCount, formatDuration } from '../../patterns/quantity.ts'

/** What several pages of one search have read together; the rest as the last of them says. */
export const sumScans = (scans: readonly ScanReport[]): ScanReport | null => {
  const last = scans.at(-1)
  if (!last) return null
  return {
    ...last,
    messages: scans.reduce((sum, { messages }) => sum + BigInt(messages), 0n).toString(),
    bytes: scans.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n).toString(),
    durationMs: scans.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }
}

/** The limit at which one request stopped: the first that its figures have reached; time when none has. */
export const spentBudget = ({ messages, bytes, budget }: ScanReport): string =>
  Number(messages) >= budget.messages
    ? `${formatCount(budget.messages)} messages`
    : Number(bytes) >= budget.bytes
      ? formatBytes(budget.bytes)
      : formatDuration(budget.durationMs)

/** Why reading stopped, in two or three words. */
export const stopWords = (scan: ScanReport): string =>
  ({
    enough: 'enough found',
    end: 'all of it',
    budget: `stopped at the budget of ${spentBudget(scan)}`,
    cancelled: 'cancelled',
    error: 'stopped by an error',
  })[scan.stop]

/** How many matched: “1 match”, “3 matches”. */
export const matchWords = (found: number): string =>
  found === 0 ? 'No match' : `${formatCount(found)} ${found === 1 ? 'match' : 'matches'}`
