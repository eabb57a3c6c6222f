import type { ScanReport } from '#server/contracts/messages.ts'
import type { Budget } from '#server/ports/call.ts'
import type { Deps } from './deps.ts'

/** What a search may read, as its report says it: its own budget and the installation's cap. */
export const reportBudget = (
  { messages, bytes, milliseconds }: Budget,
  { searchLimits }: Pick<Deps, 'searchLimits'>,
): ScanReport['budget'] => ({ messages, bytes, durationMs: milliseconds, mostBytes: searchLimits.mostBytes })
