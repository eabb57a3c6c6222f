import { createLoader, parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs/server'
import { letterStandings } from '#server/contracts/choices.ts'
import type { TopicName } from '#server/contracts/scalars.ts'

const slowly = { throttleMs: 300 }
const largestPartition = 2_147_483_647

/** What the address of a list of letters holds: how they stand, words, place, and from when to when they died. */
export const lettersSearch = {
  standing: parseAsStringLiteral(letterStandings),
  text: parseAsString.withDefault('').withOptions(slowly),
  topic: parseAsString.withDefault('').withOptions(slowly),
  partition: parseAsInteger.withOptions(slowly),
  key: parseAsString.withDefault('').withOptions(slowly),
  from: parseAsInteger,
  to: parseAsInteger,
}

export const loadLetters = createLoader(lettersSearch)
type LettersView = Awaited<ReturnType<typeof loadLetters>>

/** The filter as the API takes it, for the list and for a plan. */
export const lettersFilterOf = (view: LettersView) => {
  const [q, topic] = [view.text.trim(), view.topic.trim()]
  const { standing, partition, key, from, to } = view
  return {
    ...(standing === null ? {} : { standing }),
    ...(q === '' ? {} : { q }),
    ...(topic === '' ? {} : { topic: topic as TopicName }),
    ...(partition === null || partition < 0 || partition > largestPartition ? {} : { partition }),
    ...(key === '' ? {} : { key }),
    ...(from === null || from < 0 ? {} : { diedFrom: from }),
    ...(to === null || to < 0 ? {} : { diedTo: to }),
  }
}

/** What a list of letters asks the API: of a failure group, or of all. */
export const lettersAsk = (
  connection: string,
  filter: ReturnType<typeof lettersFilterOf>,
  failureGroup?: string,
) => ({
  params: { connection },
  query: { ...(failureGroup === undefined ? {} : { failureGroup }), limit: 100, ...filter },
})
