import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { Decimal } from './decimal.ts'
import type { expressionNames } from './message-expression-names.ts'
import type { SearchProblem } from './message-search.ts'

/** An expression that can be evaluated: over values of `expressionNames`, integers as bigints, other numbers as decimals. */
export type Expression = {
  readonly ast: ASTNode
  /** The names of `expressionNames` that it asks for. */
  readonly reads: ReadonlySet<string>
  /**
   * How often it compares parts of a message with each other, each of which takes steps by the square of the message's
   * length; 0: by the length itself.
   */
  readonly crossings: number
  /** Throws where a field is missing or is of another type than is asked. */
  readonly evaluate: (names: Readonly<Record<keyof typeof expressionNames, unknown>>) => unknown
}
export type ReadExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problem: SearchProblem }

const mostNodes = 200
const deepest = 32

type AnyNumber = Decimal | bigint | number

/** By the decimals that they are; what is no finite number, as doubles. */
const compareNumbers = (a: AnyNumber, b: AnyNumber): number => {
  const areFinite = [a, b].every((one) => typeof one !== 'number' || Number.isFinite(one))
  if (areFinite) return Decimal.of(a).compare(Decimal.of(b))
  const [left, right] = [a, b].map((one) => (one instanceof Decimal ? one.toNumber() : Number(one)))
  return (left ?? Number.NaN) - (right ?? Number.NaN)
}

const calculate = {
  '+': (a: AnyNumber, b: AnyNumber) => Decimal.of(a).add(Decimal.of(b)),
  '-': (a: AnyNumber, b: AnyNumber) => Decimal.of(a).subtract(Decimal.of(b)),
  '*': (a: AnyNumber, b: AnyNumber) => Decimal.of(a).multiply(Decimal.of(b)),
  '/': (a: AnyNumber, b: AnyNumber) => Decimal.of(a).divide(Decimal.of(b)),
} as const
const comparisons = {
  '<': (a: AnyNumber, b: AnyNumber) => compareNumbers(a, b) < 0,
  '<=': (a: AnyNumber, b: AnyNumber) => compareNumbers(a, b) <= 0,
  '>': (a: AnyNumber, b: AnyNumber) => compareNumbers(a, b) > 0,
  '>=': (a: AnyNumber, b: AnyNumber) => compareNumbers(a, b) >= 0,
} as const
const isSame = (a: AnyNumber, b: AnyNumber): boolean => compareNumbers(a, b) === 0

const withDecimal = [
  ['decimal', 'decimal'],
  ['decimal', 'int'],
  ['int', 'decimal'],
  ['decimal', 'double'],
  ['double', 'decimal'],
] as const
const mixed = [
  ['int', 'double'],
  ['double', 'int'],
] as const

/**
 * Amounts are whole in one message and broken in the next: arithmetic takes both, as comparisons do. What is broken is
 * a decimal, never a double: a double has 15 digits.
 */
const withDecimals = (environment: Environment): Environment => {
  environment.registerType('decimal', { ctor: Decimal, fields: {} })
  for (const [left, right] of withDecimal) {
    for (const [name, work] of Object.entries(comparisons))
      environment.registerOperator(`${left} ${name} ${right}: bool`, work)
    // The other way round, and what is not the same, follow from it.
    if (left === 'decimal') environment.registerOperator(`${left} == ${right}: bool`, isSame)
  }
  for (const [left, right] of [...withDecimal, ...mixed])
    for (const [name, work] of Object.entries(calculate))
      environment.registerOperator(`${left} ${name} ${right}: decimal`, work)
  return environment
    .registerOperator('-decimal: decimal', (one: Decimal) => one.negate())
    .registerFunction('double(decimal): double', (one: Decimal) => one.toNumber())
    .registerFunction('int(decimal): int', (one: Decimal) => one.truncate())
    .registerFunction('string(decimal): string', (one: Decimal) => one.toString())
}

const environment = withDecimals(
  new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: mostNodes,
      maxDepth: deepest,
      maxListElements: 100,
      maxMapEntries: 20,
      maxCallArguments: 8,
    },
  })
    .registerVariable('value', 'dyn')
    .registerVariable('key', 'dyn')
    .registerVariable('headers', 'map<string, dyn>')
    .registerVariable('topic', 'string')
    .registerVariable('partition', 'int')
    .registerVariable('offset', 'int')
    .registerVariable('timestamp', 'google.protobuf.Timestamp')
    .registerVariable('schemaId', 'dyn')
    .registerVariable('size', 'int'),
)

const problemAt = (at: number, message: string): ReadExpression => ({ ok: false, problem: { at, message } })

const loops = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/**
 * Reads an expression of the Common Expression Language (github.com/google/cel-spec) that is true or false of a
 * message. A problem names the character, from 0. What may run for long is refused: regular expressions, and loops
 * within loops. What compares parts of a message with each other is counted (`crossings`): it is for whoever evaluates
 * it to keep that from large messages. All else takes steps in proportion to its own length and the message's.
 */
export const readExpression = (source: string): ReadExpression => {
  if (source.trim() === '') return problemAt(0, 'an expression is expected: value.amount > 5000')
  try {
    const parsed = environment.parse(source)
    takeNumbersExactly(parsed.ast)
    const unbounded = findUnbounded(parsed.ast, false)
    if (unbounded) return unbounded
    const checked = parsed.check()
    if (!checked.valid) return problemOf(checked.error, source)
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return problemAt(0, `an expression is true or false; this one is of the type ${checked.type}`)
    const { ast } = parsed
    const crossings = countCrossings(ast, false)
    return {
      ok: true,
      expression: { ast, reads: namesIn(ast), crossings, evaluate: (names) => parsed(names) },
    }
  } catch (error) {
    return problemOf(error, source)
  }
}

const problemOf = (error: unknown, source: string): ReadExpression => {
  const { summary, message, range } = error as {
    summary?: string
    message?: string
    range?: { start: number }
  }
  const said = (summary ?? message ?? 'it can not be read').replaceAll('EOF', 'the end')
  return problemAt(Math.min(range?.start ?? 0, source.length), `${said[0]?.toLowerCase()}${said.slice(1)}`)
}

/** A literal with a fraction is the decimal that stands in the source; the parser has made a double of it. */
const takeNumbersExactly = (node: ASTNode): void => {
  if (node.op === 'value' && typeof node.args === 'number') {
    const decimal = Decimal.read(node.input.slice(node.start, node.end))
    if (decimal?.isWhole() && !Number.isSafeInteger(node.args))
      Object.assign(node, { args: decimal.truncate() })
    else if (decimal?.isWhole() === false) Object.assign(node, { args: decimal })
  }
  for (const child of childrenOf(node.args)) takeNumbersExactly(child)
}

const childrenOf = (args: unknown): ASTNode[] => {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

const namesIn = (node: ASTNode): ReadonlySet<string> =>
  new Set([
    ...(node.op === 'id' ? [node.args] : []),
    ...childrenOf(node.args).flatMap((one) => [...namesIn(one)]),
  ])

/** Parts of a message of any size. */
const large = ['value', 'key', 'headers'] as const
const isLiteral = ({ op }: ASTNode): boolean => op === 'value'

const countCrossings = (node: ASTNode, isInLoop: boolean): number => {
  const [name, receiver, args] = node.op === 'rcall' ? node.args : [null, null, []]
  const isLoop = name !== null && loops.has(name)
  // Looks for one part of the message within another.
  const isSearch =
    (name !== null && !isLoop && name !== 'startsWith' && name !== 'endsWith' && !args.every(isLiteral)) ||
    (node.op === 'in' && !isLiteral(node.args[0]) && node.args[1].op !== 'list')
  const namesOfLoop = isInLoop ? namesIn(node) : null
  // For each element of one part it looks at another.
  if (namesOfLoop && large.some((one) => namesOfLoop.has(one))) return 1
  const children = childrenOf(node.args)
  const below = isLoop
    ? (receiver ? countCrossings(receiver, isInLoop) : 0) +
      args.reduce((sum, one) => sum + countCrossings(one, true), 0)
    : children.reduce((sum, one) => sum + countCrossings(one, isInLoop), 0)
  return below + (isSearch ? 1 : 0)
}

const findUnbounded = (node: ASTNode, isInLoop: boolean): ReadExpression | null => {
  const name = node.op === 'rcall' || node.op === 'call' ? node.args[0] : null
  if (name === 'matches')
    return problemAt(
      node.start,
      'regular expressions are not evaluated, because one may run for hours; use contains, startsWith or endsWith',
    )
  if (name === 'bind') return problemAt(node.start, 'bind is not known here')
  const isLoop = name !== null && node.op === 'rcall' && loops.has(name)
  if (isLoop && isInLoop) return problemAt(node.start, `${name} can not stand within another loop`)
  for (const child of childrenOf(node.args)) {
    const found = findUnbounded(child, isInLoop || isLoop)
    if (found) return found
  }
  return null
}
