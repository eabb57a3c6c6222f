'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  assignFailureGroup,
  newFailureGroupNote,
  setFailureGroupState,
} from '#server/contracts/failure-groups.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'

type Change =
  | { readonly state: z.input<typeof setFailureGroupState> }
  | { readonly assignee: z.input<typeof assignFailureGroup>['assignee'] }
  | { readonly note: z.input<typeof newFailureGroupNote>['text'] }

/** Changes a failure group: its state, who works on it, or a note more. What shows it is asked for anew then. */
export const useChangeGroup = (connection: string, id: string) => {
  const client = useQueryClient()
  const params = { connection, id }
  return useMutation({
    mutationFn: (change: Change) => {
      if ('state' in change)
        return callEndpoint(endpoints.setFailureGroupState, { params, body: change.state })
      if ('note' in change)
        return callEndpoint(endpoints.addFailureGroupNote, { params, body: { text: change.note } })
      return callEndpoint(endpoints.assignFailureGroup, { params, body: { assignee: change.assignee } })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['failure-groups'] }),
  })
}
