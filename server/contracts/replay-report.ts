import { z } from 'zod'
import type { AuditEntry } from './audit.ts'
import { replayReportForms } from './choices.ts'
import type { Environment } from './connections.ts'
import type { Outcome, ReplayItem, ReplayPlan, ReplaySummary } from './replays.ts'

export const replayReportQuery = z.object({
  format: z.enum(replayReportForms).default('md'),
  /** Where this Spillway is reached: what links begin with. Left out, they begin with the path. */
  base: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
})

/** One item with all that is kept of it. */
export type ReportedItem = ReplayItem & {
  readonly number: number
  /** Id of the topic that the letter was read from; null: not known. */
  readonly sourceTopicId: string | null
  /** How often the letter was meant to be sent, this time included. */
  readonly attempt: number
  /** The group whose progress proves the outcome. */
  readonly readerGroup: string | null
  readonly outcomeAt: number | null
  /** What the audit's hashes are made of, by `lineOf`. */
  readonly line: string
}

/** SHA-256 over the lines of all items: `coordinates` over their first six words, `outcomes` over all of them. */
export type LinesHashes = { readonly coordinates: string; readonly outcomes: string }

/** What the audit keeps of them, with its entries; null: nothing, or not yet. */
export type KeptHashes = {
  readonly start: { readonly entry: string; readonly hash: string } | null
  readonly end: { readonly entry: string; readonly hash: string } | null
}

/** What a report of a replay tells beside its items. Times in milliseconds since the epoch. */
export type ReplayReport = {
  readonly reportedAt: number
  readonly connection: {
    readonly id: string
    readonly name: string
    readonly environment: Pick<Environment, 'name' | 'production'>
  }
  readonly links: {
    readonly replay: string
    readonly plan: string
    readonly failureGroup: string | null
    readonly audit: string
  }
  readonly replay: ReplaySummary
  readonly plan: ReplayPlan
  /** Items without a proven outcome by the kind of reason, most first: one proof stands for all of its kind. */
  readonly unproven: readonly {
    readonly outcome: Outcome
    readonly count: number
    readonly proof: string
  }[]
  /** Hashes over the lines of all items: as the audit keeps them, as they are now, and how to check them. */
  readonly lines: { readonly kept: KeptHashes; readonly now: LinesHashes; readonly howToCheck: string }
  /** What the audit says of it, oldest first. */
  readonly audit: readonly AuditEntry[]
}
