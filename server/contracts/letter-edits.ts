import { z } from 'zod'
import { editingModes, headerEditRules } from './choices.ts'
import { deadLetterRow } from './failure-groups.ts'
import { headerDifference } from './letter-origin.ts'
import { decodedSide, messageDetail } from './messages.ts'
import { draftHeader, draftSide, sideCheck } from './produce.ts'
import { epochMs, position, topicName } from './scalars.ts'

/** A dead letter to be edited: its record, and what may be done to it. */
export const letterEditForm = z.object({
  letter: deadLetterRow,
  message: messageDetail,
  /** For each header of the record what an edit may do to it, and why. */
  headerRules: z.array(z.object({ rule: z.enum(headerEditRules), why: z.string() })),
  /** Where the message that is edited stands: the letter, or the record that died where the letter points to it. */
  payloadAt: z.object({ topic: topicName, position }),
  mode: z.enum(editingModes),
  /** Why it can not be edited here and now, as a sentence. */
  refusal: z.string().nullable(),
})
export type LetterEditForm = z.infer<typeof letterEditForm>

/** A header of the edited message: one of the original by its place (from 0), to the byte, or one that was typed. */
export const letterEditHeader = z.union([
  z.strictObject({ from: z.number().int().min(0).max(100_000) }),
  draftHeader,
])
/** An edited message. `original` for a side: its very bytes. */
export const letterEditDraft = z.object({
  key: draftSide,
  value: draftSide,
  headers: z.array(letterEditHeader).max(1_000),
})
export type LetterEditDraft = z.input<typeof letterEditDraft>

/** What an edit changes: a side that is null keeps its bytes. Headers without those that no copy carries. */
export const editChanges = z.object({
  /** `before` is null where the dead letter is not in its topic any more. */
  key: z.object({ before: decodedSide.nullable(), after: decodedSide }).nullable(),
  value: z.object({ before: decodedSide.nullable(), after: decodedSide }).nullable(),
  headers: z.array(headerDifference),
  /** Headers that stay as they are; null where the dead letter is not in its topic any more. */
  sameHeaders: z.number().int().nullable(),
})
export type EditChanges = z.infer<typeof editChanges>

export const letterEditCheck = z.object({
  key: sideCheck,
  value: sideCheck,
  headers: z.array(z.object({ index: z.number().int(), message: z.string() })),
  /** Of the message as a whole. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Null while something can not be encoded. */
  changes: editChanges.nullable(),
  mayPlan: z.boolean(),
})
export type LetterEditCheck = z.infer<typeof letterEditCheck>

/** The edit that a plan sends instead of the letter as it died. */
export const planEdit = z.object({
  letterId: z.string(),
  source: z.object({ topic: topicName, position }),
  /** Where what was edited stands: the letter, or the record that died where the letter points to it. */
  payloadAt: z.object({ topic: topicName, position }),
  editor: z.string(),
  editedAt: epochMs,
  changes: editChanges,
  /** SHA-256 of key, value and headers as they will be sent, but for the lineage; base64url. */
  hash: z.string(),
  /** Where the connection asks for a second person. */
  approval: z
    .object({
      state: z.enum(['waiting', 'approved', 'declined']),
      by: z.string().nullable(),
      at: epochMs.nullable(),
      reason: z.string(),
      /** When the edit is forgotten unless it is sent. */
      forgottenAt: epochMs,
      /** Why who asks now can not decide on it; null: they can. */
      refusal: z.string().nullable(),
    })
    .nullable(),
})
export type PlanEdit = z.infer<typeof planEdit>

export const decideEditRequest = z
  .object({
    decision: z.enum(['approve', 'decline']),
    /** The hash of what was looked at. */
    hash: z.string().max(100),
    reason: z.string().trim().max(500).default(''),
  })
  .refine(({ decision, reason }) => decision === 'approve' || reason !== '', {
    path: ['reason'],
    message: 'say why it is declined: its editor reads it',
  })

/** Edits that wait for a second person, the oldest first. */
export const waitingEdits = z.object({
  edits: z.array(
    z.object({
      planId: z.string(),
      letterId: z.string(),
      title: z.string(),
      editor: z.string(),
      editedAt: epochMs,
      /** When it is forgotten unless somebody decides on it. */
      forgottenAt: epochMs,
      targets: z.array(topicName),
    }),
  ),
})
