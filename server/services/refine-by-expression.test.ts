import { expect, it } from 'vitest'
import { parseSearch, type SearchTerm } from '#server/contracts/message-search.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/broker.ts'
import { type Mask, makeRefinement } from './refine-by-expression.ts'

const call = { signal: new AbortController().signal }
const messageOf = (value: string): RawMessage => ({
  topic: 'orders' as TopicName,
  partition: 0,
  offset: 1n,
  timestampMs: 1n,
  timestampType: 'create',
  key: null,
  value: new TextEncoder().encode(value),
  headers: [],
})
const termsOf = (search: string): readonly SearchTerm[] => {
  const parsed = parseSearch(search)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return parsed.terms
}
const hideCards: Mask = (message) => ({
  ...message,
  value: { ...message.value, text: (message.value.text ?? '').replace(/"card": *"\d+"/g, '"card":"****"') },
})

it('what is masked can not be searched for, turned round neither', async () => {
  const message = messageOf('{"card":"4111","amount":7}')
  const found = async (search: string, mask?: Mask): Promise<number> =>
    (await makeRefinement(termsOf(search), { registry: null }, call, mask)?.([message]))?.length ?? -1
  expect(await found(`where:"value.card == '4111'"`)).toBe(1)
  expect(await found(`where:"value.card == '4111'"`, hideCards)).toBe(0)
  expect(await found(`where:"value.card.startsWith('4')"`, hideCards)).toBe(0)
  expect(await found(`-where:"value.card == '4111'"`, hideCards)).toBe(1)
  expect(await found('where:"value.amount == 7"', hideCards)).toBe(1)
})

it('without an expression there is nothing to decode for', () => {
  expect(makeRefinement(termsOf('key:order-1 text'), { registry: null }, call)).toBeNull()
})
