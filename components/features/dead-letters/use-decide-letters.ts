'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { DispositionKind } from '#server/contracts/choices.ts'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
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

/** Which letters, and what their person saw of them; without `seen` the last decision holds. */
export type LetterChoice = Pick<z.input<typeof decideLettersRequest>, 'selection' | 'seen'>
export type LetterSelection = z.input<typeof decideLettersRequest>['selection']
