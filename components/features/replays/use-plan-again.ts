'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { z } from 'zod'
import type { planReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'

type Request = z.input<typeof planReplayRequest>
export type ChangedPlan = Omit<Request, 'selection'> & { readonly originTopic?: string }

/** Plans the same letters otherwise and opens that plan instead: what was chosen before stays unless it is changed. */
export const usePlanAgain = (connection: string, { planId, choice }: ReplayPlan) => {
  const router = useRouter()
  return useMutation({
    mutationFn: ({ originTopic, ...change }: ChangedPlan) =>
      callEndpoint(endpoints.planReplay, {
        params: { connection },
        body: {
          ...choice,
          ...change,
          selection: { planId, ...(originTopic === undefined ? {} : { originTopic }) },
        },
      }),
    onSuccess: (plan) => router.replace(routes.replayPlan(connection, plan.planId)),
  })
}
