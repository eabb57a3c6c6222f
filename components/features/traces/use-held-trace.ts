'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TraceDetail } from '#server/contracts/traces.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { freshAnswer } from '../../client/fresh-answer.ts'
import { useLive } from '../../client/live-provider.tsx'
import { useIsHydrating } from '../../client/use-is-hydrating.ts'

const youngMs = 15 * 60_000
const refetchMs = 5_000
const mostFollowedSpans = 1_000

const isStillGrowing = ({ startNs, durationNs, spans }: TraceDetail): boolean =>
  spans.length < mostFollowedSpans &&
  Date.now() - Number((BigInt(startNs) + BigInt(durationNs)) / 1_000_000n) < youngMs

/**
 * A trace as it was when it was opened. One whose last span ended within 15 minutes may still grow: it is asked for
 * again, and its new spans wait to be brought, unless Live is on.
 */
export const useHeldTrace = (traceId: string) => {
  const { isOn } = useLive()
  const input = { params: { traceId } }
  const made = freshAnswer(useQueryClient(), endpoints.showTrace, input, useIsHydrating())
  const query = useQuery({
    ...endpointStill(endpoints.showTrace, input),
    ...(made ? { initialData: made.data, initialDataUpdatedAt: made.at } : {}),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isStillGrowing(state.data) ? refetchMs : false,
  })
  const [held, setHeld] = useState<TraceDetail | undefined>(undefined)
  const latest = query.data
  const waiting = latest && held?.traceId === latest.traceId ? latest.spans.length - held.spans.length : 0
  const isFirst = latest !== undefined && held?.traceId !== latest.traceId
  if (latest && (isFirst || (isOn && latest !== held))) setHeld(latest)
  const shown = held?.traceId === traceId ? held : latest
  return {
    query: { ...query, data: shown },
    trace: shown,
    waiting: Math.max(0, waiting),
    bring: () => setHeld(latest),
  }
}
