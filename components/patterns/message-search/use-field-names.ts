'use client'
import { useQuery } from '@tanstack/react-query'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { learnNames, type Sample } from './field-names.ts'

const samplesOfTopic = 4
const mostTopics = 3

/** What expressions over these topics may name, learned from their newest messages once it is asked for. */
export const useFieldNames = (
  connection: string,
  topics: readonly string[],
  isAsked: boolean,
): readonly string[] => {
  const asked = topics.slice(0, mostTopics)
  const { data } = useQuery({
    queryKey: ['still', 'field-names', connection, asked] as const,
    enabled: isAsked,
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    refetchInterval: false,
    queryFn: async ({ signal }): Promise<string[]> => {
      const samples = await Promise.all(asked.map((topic) => readSamples(connection, topic, signal)))
      return learnNames(samples.flat())
    },
  })
  return data ?? learnNames([])
}

const readSamples = async (connection: string, topic: string, signal: AbortSignal): Promise<Sample[]> => {
  const params = { connection, topic }
  const { messages } = await callEndpoint(
    endpoints.listMessages,
    { params, query: { limit: samplesOfTopic } },
    signal,
  )
  const details = await Promise.allSettled(
    messages.map(({ position }) =>
      callEndpoint(endpoints.showMessage, { params: { ...params, position } }, signal),
    ),
  )
  return details.flatMap((one) => {
    if (one.status === 'rejected') return []
    const { key, value, headers } = one.value
    return [
      {
        key: key.isJson ? key.text : null,
        value: value.isJson ? value.text : null,
        headers: headers.map(({ name }) => name),
      },
    ]
  })
}
