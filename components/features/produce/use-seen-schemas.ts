'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { TopicSchemas } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'

/** A form is not waited for longer: it then starts as if nothing was seen. In milliseconds. */
const patienceMs = 3_000

/**
 * The schemas that a topic's newest messages carry, for a form to start with: undefined while they are waited for, null
 * when they are not told (no registry, an error, no answer in time). What comes later is for nobody: a form that
 * stands is not changed.
 */
export const useSeenSchemas = (connection: string, topic: string): TopicSchemas | null | undefined => {
  const { data, isError, isPlaceholderData } = useQuery({
    ...endpointQuery(endpoints.showTopicSchemas, { params: { connection, topic } }),
    retry: false,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  // For good: a query that failed is pending again when a notice has it asked anew.
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), isError ? 0 : patienceMs)
    return () => clearTimeout(timer)
  }, [isError])
  if (data !== undefined && !isPlaceholderData) return data
  return isError || isOver ? null : undefined
}
