'use client'
import { useQuery } from '@tanstack/react-query'
import type { TopicFormats } from '#server/contracts/topics.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'

const askAgainMs = 1_500
/** Topics that were never told of after so many answers stay open. */
const mostAnswers = 20

/**
 * What the newest messages of topics decode as, by topic. Comes after the list itself, a few topics at a time, and does
 * not move it.
 */
export const useTopicFormats = (
  connection: string,
  topics: readonly string[],
  isWanted: boolean,
): ReadonlyMap<string, TopicFormats['topics'][number]> => {
  const names = [...topics].sort()
  const { data } = useQuery({
    ...endpointStill(endpoints.listTopicFormats, { params: { connection }, body: { topics: names } }),
    enabled: isWanted && names.length > 0,
    retry: false,
    refetchInterval: ({ state }) =>
      state.data !== undefined &&
      state.data.topics.length < names.length &&
      state.dataUpdateCount < mostAnswers
        ? askAgainMs
        : false,
  })
  return new Map((data?.topics ?? []).map((one) => [one.topic as string, one]))
}
