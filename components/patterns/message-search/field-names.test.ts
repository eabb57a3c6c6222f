import { expect, it } from 'vitest'
import { expressionOf, withExpression } from './expression-words.ts'
import { learnNames, namesFor, typedName } from './field-names.ts'

it('names are learned from what messages hold, however deep and however they are called', () => {
  const names = learnNames([
    {
      key: null,
      value: '{"amount":1,"order":{"id":"x"},"lines":[{"sku":"a"}],"odd name":1}',
      headers: ['tenant', 'content-type'],
    },
    { key: 'no JSON', value: '{"amount":2,"late":true}', headers: [] },
  ])
  expect(names).toEqual(
    expect.arrayContaining([
      'value.amount',
      'value.order.id',
      'value.lines[0].sku',
      'value["odd name"]',
      'value.late',
      'headers.tenant',
      'headers["content-type"]',
      'offset',
    ]),
  )
  expect(names.filter((name) => name === 'value.amount')).toHaveLength(1)
})

it('the name at the caret is completed, what begins with it first', () => {
  expect(typedName('value.a > 1 && head', 19)).toEqual({ from: 15, typed: 'head' })
  expect(typedName("value.a == 'x'", 14)).toEqual({ from: 14, typed: '' })
  const names = ['value.tenant', 'headers.tenant', 'tenantId', 'offset']
  expect(namesFor('tenant', names)).toEqual(['tenantId', 'value.tenant', 'headers.tenant'])
  expect(namesFor('offset', names)).toEqual([])
  expect(namesFor('', names)).toEqual([])
})

it('an expression is written as a term among others, and read back', () => {
  const expression = `value.name == "a \\"b\\"" && headers.tenant == 'acme'`
  const search = withExpression('key:order-1 -where:"size > 3"', expression)
  expect(expressionOf(search)).toBe(expression)
  expect(withExpression(search, ' ')).toBe('key:order-1 -where:"size > 3"')
  expect(withExpression('size:x', 'offset > 1')).toBe('size:x')
})
