'use client'
import { useQuery } from '@tanstack/react-query'
import type { TopicFormats } from '#server/contracts/topics.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'

const askAgainMs = 1_500
/** So many answers and failures are taken at most: what is not told by then stays open until the page is asked for again. */
const mostAnswers = 20

/**
 * What the newest messages of topics decode as, by topic. Comes after the list itself, a few topics at a time, and does
 * not move it. What is left out because its time was not enough is asked for again, and so is what failed.
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
      (state.status === 'error' || state.data?.partial) &&
      state.dataUpdateCount + state.errorUpdateCount < mostAnswers
        ? askAgainMs
        : false,
  })
  return new Map((data?.topics ?? []).map((one) => [one.topic as string, one]))
}
