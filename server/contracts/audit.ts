import { z } from 'zod'
import { auditSubjectKinds } from './choices.ts'
import { outcome, replayState } from './replays.ts'
import { epochMs, position, topicName } from './scalars.ts'

/** What an entry is about, so that a page can lead there. */
export const auditSubject = z.object({ kind: z.enum(auditSubjectKinds), id: z.string() })
export type AuditSubject = z.infer<typeof auditSubject>

const facts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
)
/** What was chosen, what was planned and what came of it, by name. */
export const auditFacts = z.object({
  selection: facts.optional(),
  plan: facts.optional(),
  outcome: facts.optional(),
})
export type AuditFacts = z.infer<typeof auditFacts>

export const auditEntry = z.object({
  id: z.string(),
  atMs: epochMs,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  connection: z.string().nullable(),
  /** `unknown`: it was asked for, and the answer was lost. */
  result: z.enum(['allowed', 'refused', 'failed', 'unknown']),
  detail: z.string(),
  /** Why, in the words of who did it; empty when nothing was said. */
  reason: z.string(),
  about: z.array(auditSubject),
  facts: auditFacts.nullable(),
  previousHash: z.string(),
  /** SHA-256 in hexadecimal digits, over the entry and the hash of the one before. */
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** Which entries: parts of names, and times in milliseconds since the epoch. */
export const auditFilter = z.object({
  /** Part of who did it. */
  who: z.string().max(200).default(''),
  /** The action, whole. */
  action: z.string().max(200).default(''),
  /** Part of what it was done to. */
  target: z.string().max(300).default(''),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  /** From so many minutes ago on. */
  minutes: z.coerce.number().int().min(1).max(5_256_000).optional(),
})
export type AuditFilter = z.output<typeof auditFilter>
export const auditListQuery = auditFilter.extend({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export const auditList = z.object({
  entries: z.array(auditEntry),
  nextCursor: z.string().nullable(),
  /** Every action that was ever written down. */
  actions: z.array(z.string()),
})
export type AuditList = z.infer<typeof auditList>
export const auditEntryParams = z.object({ id: z.string().regex(/^\d{1,18}$/, 'the number of an entry') })

/** What a walk along the chain of all entries has found. */
export const auditChain = z.object({
  entries: z.number().int(),
  firstAtMs: epochMs.nullable(),
  /** Since when entries are chained as they are written. */
  chainedAtMs: epochMs,
  /** So many older ones were chained as they were found then. */
  foundEntries: z.number().int(),
  lastHash: z.string(),
  checkedAtMs: epochMs,
  broken: z
    .object({ entryId: z.string(), kind: z.enum(['altered', 'unlinked', 'cut']), sentence: z.string() })
    .nullable(),
})
export type AuditChain = z.infer<typeof auditChain>
export const auditChainQuery = z.object({
  /** Walk it now, whenever it was walked last. */
  again: z.stringbool().default(false),
})

/** What replays and the audit say of one message, newest first. */
export const messageHistory = z.object({
  replays: z.array(
    z.object({
      replayId: z.string(),
      number: z.number().int(),
      state: replayState,
      startedBy: z.string(),
      startedAt: epochMs,
      reason: z.string(),
      /** `letter`: it was replayed. `copy`: the replay wrote it. */
      role: z.enum(['letter', 'copy']),
      /** The other end: of a letter its copy, of a copy its letter. */
      other: z.object({ topic: topicName, position: position.nullable() }),
      outcome,
      proof: z.string(),
    }),
  ),
  entries: z.array(auditEntry),
  /** There is more than is listed here. */
  isCut: z.boolean(),
})
export type MessageHistory = z.infer<typeof messageHistory>
