'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { DispositionKind } from '#server/contracts/choices.ts'
import type { DeadLetterList, DeadLetterRow } from '#server/contracts/failure-groups.ts'
import type { decideLettersRequest } from '#server/contracts/letter-decisions.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'

/** Discards or archives letters, or takes that back. Lists and pages of letters are asked for anew then. */
export const useDecideLetters = (connection: string) => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (request: z.input<typeof decideLettersRequest>) =>
      callEndpoint(endpoints.decideLetters, { params: { connection }, body: request }),
    onSuccess: () =>
      Promise.all(
        ['failure-groups', 'dead-letters'].map((noun) => client.invalidateQueries({ queryKey: [noun] })),
      ),
  })
}

type Seen = NonNullable<z.input<typeof decideLettersRequest>['seen']>

/** What had been decided about letters when they were shown. */
export const seenOf = (letters: readonly Pick<DeadLetterRow, 'id' | 'disposition'>[]): Seen => {
  const of = (kind: DispositionKind) =>
    letters.flatMap(({ id, disposition }) => (disposition?.kind === kind ? [id] : []))
  return { discarded: of('discarded'), archived: of('archived') }
}

/** The last entry of the audit before any page of a list was read: what was decided after it may not be on one of them. */
export const seenAuditIdOf = (pages: readonly Pick<DeadLetterList, 'auditId'>[]): string | undefined =>
  pages
    .map(({ auditId }) => auditId)
    .toSorted((a, b) => Number(BigInt(a) - BigInt(b)))
    .at(0)

/** Which letters, and what their person saw of them: of each letter by hand, of all that fit as of then. */
export type LetterChoice = Pick<z.input<typeof decideLettersRequest>, 'selection' | 'seen' | 'seenAuditId'>
