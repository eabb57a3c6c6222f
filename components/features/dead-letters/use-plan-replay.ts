'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { z } from 'zod'
import type { planReplayRequest } from '#server/contracts/replays.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'

type Selection = z.input<typeof planReplayRequest>['selection']

/** Freezes a selection into a plan and opens it. Nothing is sent yet. */
export const usePlanReplay = (connection: string) => {
  const router = useRouter()
  return useMutation({
    mutationFn: (selection: Selection) =>
      callEndpoint(endpoints.planReplay, { params: { connection }, body: { selection } }),
    onSuccess: ({ planId }) => router.push(routes.replayPlan(connection, planId)),
  })
}
