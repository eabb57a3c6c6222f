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

it.each([
  ['value.amount == 0.1', '{"amount":0.1}', 1],
  ['value.amount == 0.1', '{"amount":0.10000000000000000001}', 0],
  ['value.amount == 1234567890123456789.01', '{"amount":1234567890123456789.01}', 1],
  ['value.amount == 1234567890123456789.01', '{"amount":1234567890123456789.02}', 0],
  ['value.amount > 1234567890123456789.01', '{"amount":1234567890123456789.02}', 1],
  ['value.amount < 9007199254740993.1', '{"amount":9007199254740993}', 1],
  ['value.amount == 9007199254740993.0', '{"amount":9007199254740993}', 1],
  ['value.amount == 9007199254740992.0', '{"amount":9007199254740993}', 0],
  ['value.a + value.b == 0.3', '{"a":0.1,"b":0.2}', 1],
  ['value.amount * 1.0 == 9007199254740993', '{"amount":9007199254740993}', 1],
  ['value.amount / 2.0 == 3.5', '{"amount":7}', 1],
  ['-value.amount < -0.2', '{"amount":0.25}', 1],
  ['value.amount in [0.5, 0.25]', '{"amount":0.25}', 1],
  ['0.25 in value.amounts && !(0.2500001 in value.amounts)', '{"amounts":[1,0.25]}', 1],
  ['value.lines.exists(line, line.price == 19.99)', '{"lines":[{"price":5},{"price":19.99}]}', 1],
  ['value.lines.all(line, line.price <= 19.99)', '{"lines":[{"price":5},{"price":19.991}]}', 0],
  ['value == {"a": 0.5}', '{"a":0.50}', 1],
  ['string(value.amount) == "12.50"', '{"amount":12.50}', 1],
  ['double(value.amount) < 12.6 && int(value.amount) == 12', '{"amount":12.50}', 1],
  ['value.amount != 0.1', '{"amount":0.1}', 0],
  ['value.amount > double("-Infinity")', '{"amount":0.1}', 1],
] as const)('%s of %s: %s, none of its digits rounded', async (expression, value, found) =>
  expect(await judge(`where:${JSON.stringify(expression)}`, value)).toEqual({ found, notes: [] }),
)
