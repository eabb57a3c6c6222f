import { z } from 'zod'
import { dispositionKinds, letterDecisions, letterStandings } from './choices.ts'
import { epochMs, topicName } from './scalars.ts'

/** What a person has decided about a letter that is not to be replayed. The letter itself stays where it is. */
export const disposition = z.object({
  kind: z.enum(dispositionKinds),
  reason: z.string(),
  actor: z.string(),
  atMs: epochMs,
})
export type Disposition = z.infer<typeof disposition>

/** How the letters of a failure group stand; the four add up to all of them. */
export const groupStandings = z.object({
  /** Nobody has put them away, and no copy of them was settled. */
  open: z.number().int(),
  settled: z.number().int(),
  discarded: z.number().int(),
  archived: z.number().int(),
})

const id = z.string().regex(/^\d{1,18}$/, 'an id in digits')

/** Dead letters by hand, or all that fit a filter; of several conditions all hold. */
export const letterSelection = z
  .object({
    letterIds: z.array(id).min(1).max(100_000).optional(),
    failureGroupId: z.string().optional(),
    topic: topicName.optional(),
    key: z.string().max(1000).optional(),
    standing: z.enum(letterStandings).optional(),
    /** None that was indexed after this one: what came since one looked is not decided on. */
    upToId: id.optional(),
  })
  .refine(
    ({ letterIds, failureGroupId, topic, key }) => letterIds ?? failureGroupId ?? topic ?? key,
    'name letters, a failure group, a topic or a key',
  )

const letterIds = z.array(id).max(100_000)

export const decideLettersRequest = z
  .object({
    selection: letterSelection,
    /**
     * Which of the letters had been put away when the person looked; the others were open. What somebody else has decided
     * since then is left as it is. Left out: the last decision holds.
     */
    seen: z.object({ discarded: letterIds.default([]), archived: letterIds.default([]) }).optional(),
    /**
     * The last entry of the audit when the person looked, as the list of letters tells it: for those that are named by a
     * filter. Letters that were decided on, or restored, after it are left as they are.
     */
    seenAuditId: id.optional(),
    decision: z.enum(letterDecisions),
    /** Needed for all but `restore`. */
    reason: z.string().trim().max(500).default(''),
  })
  .refine(({ decision, reason }) => decision === 'restore' || reason !== '', {
    path: ['reason'],
    message: 'say why: it is shown wherever the letter is',
  })

export const decidedLetters = z.object({
  /** Those that were changed: what takes the decision back. */
  letterIds: z.array(z.string()),
  /** Those that were left as they are, and why. */
  left: z.array(
    z.object({
      why: z.enum(['being-replayed', 'settled', 'so-already', 'decided-meanwhile']),
      count: z.number().int(),
      /** Who has decided so, where that stands. */
      by: z.array(z.string()),
    }),
  ),
})
export type DecidedLetters = z.infer<typeof decidedLetters>
