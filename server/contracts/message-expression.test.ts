import { describe, expect, it } from 'vitest'
import { readExpression } from './message-expression.ts'

const problemOf = (source: string): string => {
  const read = readExpression(source)
  return read.ok ? 'read' : `${read.problem.at}: ${read.problem.message}`
}

describe('an expression over messages', () => {
  it.each([
    ['value.amount > 5000 && headers.tenant == "acme"'],
    ["key.startsWith('order-') || partition in [0, 3]"],
    ['value.lines.exists(line, line.sku == "A-1")'],
    ['timestamp > timestamp("2026-11-21T03:00:00Z") && schemaId == 7'],
    ['has(value.coupon) && value.total * 1.19 > 100'],
  ])('%s can be read', (source) => expect(problemOf(source)).toBe('read'))
  it.each([
    ['', /^0: an expression is expected/],
    ['value.amount >', /^14: unexpected token: the end/],
    ['value.amount = 3', /^13: unexpected character: =/],
    ['amount > 3', /^0: unknown variable: amount/],
    ['value.a == 1 && offset > "x"', /^16: no such overload: int > string/],
    ['size + 1', /^0: .*of the type int/],
    ['value.a.matches("(a+)+$")', /contains, startsWith or endsWith/],
    ['value.a.all(x, value.b.all(y, x < y))', /^15: all can not stand within another loop/],
    ['cel.bind(x, "a", x + x == "aa")', /bind is not known/],
  ])('of “%s” it is said what is wrong, and at which character', (source, problem) =>
    expect(problemOf(source)).toMatch(problem),
  )
  it('is refused when it is larger than any that a person writes', () => {
    const source = Array.from({ length: 200 }, (_, n) => `value.a == ${n}`).join(' || ')
    expect(problemOf(source)).toMatch(/AST|limit|exceed/i)
  })
})
