'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
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

export type LetterSelection = z.input<typeof decideLettersRequest>['selection']
