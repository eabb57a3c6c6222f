import { expect, it } from 'vitest'
import { parseSearch, type SearchTerm } from '#server/contracts/message-search.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { makeRefinement } from './refine-by-expression.ts'

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
const plain = { topics: ['orders' as TopicName], maskOf: () => null }

it('without an expression there is nothing to decode for', () => {
  expect(makeRefinement(termsOf('key:order-1 text'), { registry: null }, call, plain)).toBeNull()
})

const judge = async (search: string, value: string) => {
  const refinement = makeRefinement(termsOf(search), { registry: null }, call, plain)
  const found = await refinement?.refine([messageOf(value)])
  return { found: found?.length, notes: refinement?.notes() }
}
const padded = (bytes: number): string => `{"amount":7000,"note":"${'x'.repeat(bytes)}"}`

it('a payload of some megabytes is read whole', async () => {
  const value = padded(3 * 1024 * 1024)
  expect(await judge('where:"value.amount > 5000"', value)).toEqual({ found: 1, notes: [] })
  expect(await judge('-where:"value.amount > 5000"', value)).toEqual({ found: 0, notes: [] })
})

it('a payload too large for an expression fits neither it nor its opposite, and is told', async () => {
  const value = padded(9 * 1024 * 1024)
  const notes = ['1 message was not judged by the expression: the key or value is larger than 8 MB.']
  expect(await judge('where:"value.amount > 5000"', value)).toEqual({ found: 0, notes })
  expect(await judge('-where:"value.amount > 5000"', value)).toEqual({ found: 0, notes })
  expect(await judge('where:"offset == 1 && size > 9000000"', value)).toEqual({ found: 1, notes: [] })
})

it.each([
  'value.a.exists(x, x in value.b)',
  'value.a.exists(x, value.b == [x])',
  'value.a.exists(x, size(value.b) == x)',
  '!(value.a in value.b)',
])('%s is not evaluated where it would take seconds, and that is told', async (expression) => {
  const numbers = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n)
  const small = JSON.stringify({ a: numbers(0, 3), b: numbers(2, 1) })
  expect((await judge(`where:"${expression}"`, small)).notes).toEqual([])
  const large = JSON.stringify({ a: numbers(0, 20_000), b: numbers(20_000, 20_000) })
  const startedAt = performance.now()
  const judged = await judge(`where:"${expression}"`, large)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  expect(judged.found).toBe(0)
  expect(judged.notes?.[0]).toContain('it compares parts of a message with each other')
})

it.each([
  'value.a.exists(x, x == 39999)',
  '39999 in value.a',
  "value.a.exists(x, string(x).contains('39999'))",
])('%s is evaluated however large the message', async (expression) => {
  const a = Array.from({ length: 40_000 }, (_, n) => n)
  expect(await judge(`where:"${expression}"`, JSON.stringify({ a }))).toEqual({ found: 1, notes: [] })
})
