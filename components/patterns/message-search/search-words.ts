import type { ScanReport } from '#server/contracts/messages.ts'
import { formatBytes, formatCount, formatDuration, sayMany } from '../quantity.ts'

/** The limit at which one request stopped: the first that its figures have reached; time when none has. */
export const spentBudget = ({ messages, bytes, budget }: ScanReport): string =>
  Number(messages) >= budget.messages
    ? sayMany(budget.messages, 'message')
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

/** How many rows are shown of how many that fit: “3 matches”, “50 shown of 1,200 matches”. */
export const shownWords = (shown: number, matches: string | undefined): string =>
  matches === undefined || Number(matches) <= shown
    ? matchWords(shown)
    : `${formatCount(shown)} shown of ${sayMany(matches, 'match', 'matches')}`

/** How many matched: “1 match”, “3 matches”. */
export const matchWords = (found: number): string =>
  found === 0 ? 'No match' : sayMany(found, 'match', 'matches')

const megabyte = 1_000_000

/** Budgets to choose from: what is in force, doubled up to the most, and the most. In bytes, rising. */
export const budgetChoices = (inForce: number, most: number): number[] => {
  const choices = [inForce, most]
  for (let bytes = 250 * megabyte; bytes < most; bytes *= 2) choices.push(bytes)
  return [...new Set(choices)].sort((a, b) => a - b)
}
