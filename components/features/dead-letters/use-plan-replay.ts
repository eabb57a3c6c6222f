'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'

/** Freezes a selection into a plan and opens it. Nothing is sent yet. */
export const usePlanReplay = (connection: string) => {
  const router = useRouter()
  return useMutation({
    mutationFn: (selection: { readonly failureGroupId?: string; readonly letterIds?: string[] }) =>
      callEndpoint(endpoints.planReplay, { params: { connection }, body: { selection } }),
    onSuccess: ({ planId }) => router.push(routes.replayPlan(connection, planId)),
  })
}
