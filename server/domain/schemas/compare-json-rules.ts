import { breaks, changeOf, fine, risk, type SchemaChange } from './schema-change.ts'

type Rules = Readonly<Record<string, unknown>>

/** Limits of JSON Schema: whether a greater number lets less through. */
const limits = {
  minimum: 'up',
  exclusiveMinimum: 'up',
  minLength: 'up',
  minItems: 'up',
  minProperties: 'up',
  maximum: 'down',
  exclusiveMaximum: 'down',
  maxLength: 'down',
  maxItems: 'down',
  maxProperties: 'down',
} as const

/** Rules that can not be ordered by how much they let through. */
const others = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'contains',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'allOf',
  'prefixItems',
  'additionalItems',
  'unevaluatedProperties',
  '$ref',
] as const

/** What differs in the rules of one place of a JSON Schema, types, properties and items apart. */
export const compareRules = (was: Rules, is: Rules, path: string): SchemaChange[] => [
  ...compareValues(was, is, path),
  ...(Object.keys(limits) as (keyof typeof limits)[]).flatMap((name) => compareLimit(name, was, is, path)),
  ...compareFurther(was, is, path),
  ...(['anyOf', 'oneOf'] as const).flatMap((name) => compareBranches(name, was, is, path)),
  ...others.flatMap((name) => compareOther(name, was, is, path)),
]

const textOf = (value: unknown): string => JSON.stringify(value) ?? 'none'
const isSame = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b)

const tightened = (path: string, sentence: string, what: string): SchemaChange =>
  changeOf(
    path,
    'rule tightened',
    sentence,
    breaks(`New readers refuse old data ${what}.`),
    fine('Old readers accept all that new readers do.'),
  )
const loosened = (path: string, sentence: string, what: string): SchemaChange =>
  changeOf(
    path,
    'rule loosened',
    sentence,
    fine('New readers accept all that old readers did.'),
    breaks(`Old readers refuse new data ${what}.`),
  )

const valuesOf = ({ enum: values, const: one }: Rules): readonly unknown[] | null =>
  Array.isArray(values) ? values : one === undefined ? null : [one]

const compareValues = (was: Rules, is: Rules, path: string): SchemaChange[] => {
  const [before, after] = [valuesOf(was), valuesOf(is)]
  const where = path || 'The value'
  if (before === null && after === null) return []
  if (before === null)
    return [
      tightened(path, `${where} now allows only ${after?.map(textOf).join(', ')}.`, 'with any other value'),
    ]
  if (after === null) return [loosened(path, `${where} now allows any value.`, 'with another value')]
  const missing = (from: readonly unknown[], values: readonly unknown[]) =>
    values.filter((value) => !from.some((one) => isSame(one, value)))
  return [
    ...missing(after, before).map((value) =>
      changeOf(
        path,
        'symbol removed',
        `${where} no longer allows ${textOf(value)}.`,
        breaks(`New readers refuse old data with ${textOf(value)}.`),
        fine('Old readers of new data know every value.'),
      ),
    ),
    ...missing(before, after).map((value) =>
      changeOf(
        path,
        'symbol added',
        `${where} now allows ${textOf(value)}.`,
        fine('New readers of old data know every value.'),
        breaks(`Old readers refuse new data with ${textOf(value)}.`),
      ),
    ),
  ]
}

const compareLimit = (name: keyof typeof limits, was: Rules, is: Rules, path: string): SchemaChange[] => {
  const [before, after] = [was[name], is[name]]
  if (isSame(before, after)) return []
  const where = path || 'the value'
  if (before === undefined)
    return [tightened(path, `${name} of ${where} is now ${textOf(after)}.`, 'beyond it')]
  if (after === undefined)
    return [loosened(path, `${name} of ${where} was ${textOf(before)} and is gone.`, 'beyond it')]
  const isTighter = limits[name] === 'up' ? Number(after) > Number(before) : Number(after) < Number(before)
  const sentence = `${name} of ${where} was ${textOf(before)} and is now ${textOf(after)}.`
  return [(isTighter ? tightened : loosened)(path, sentence, 'between the two')]
}

const compareFurther = (was: Rules, is: Rules, path: string): SchemaChange[] => {
  const [before, after] = [was.additionalProperties ?? true, is.additionalProperties ?? true]
  if (isSame(before, after)) return []
  const where = path || 'the document'
  if (after === false)
    return [tightened(path, `Further properties of ${where} are no longer allowed.`, 'that has some')]
  if (before === false)
    return [loosened(path, `Further properties of ${where} are now allowed.`, 'that has some')]
  return [changed(path, `The rule for further properties of ${where} has changed.`)]
}

const changed = (path: string, sentence: string): SchemaChange =>
  changeOf(
    path,
    'rule changed',
    sentence,
    risk('New readers may refuse old data.'),
    risk('Old readers may refuse new data.'),
  )

const compareBranches = (name: 'anyOf' | 'oneOf', was: Rules, is: Rules, path: string): SchemaChange[] => {
  if (isSame(was[name], is[name])) return []
  const [before, after] = [was[name], is[name]].map((value) =>
    Array.isArray(value) ? value.map(textOf) : null,
  )
  const where = path || 'the value'
  if (!before || !after || name === 'oneOf') return [changed(path, `${name} of ${where} has changed.`)]
  const [lost, gained] = [
    before.filter((one) => !after.includes(one)).length,
    after.filter((one) => !before.includes(one)).length,
  ]
  if (lost === 0)
    return [loosened(path, `${name} of ${where} has ${gained} more ways to fit.`, 'that fits only those')]
  if (gained === 0)
    return [tightened(path, `${name} of ${where} has ${lost} fewer ways to fit.`, 'that fits only those')]
  return [changed(path, `${name} of ${where} has changed.`)]
}

const compareOther = (name: (typeof others)[number], was: Rules, is: Rules, path: string): SchemaChange[] => {
  const [before, after] = [was[name], is[name]]
  if (isSame(before, after)) return []
  const where = path || 'the value'
  if (before === undefined) return [tightened(path, `${name} of ${where} is new.`, 'that does not fit it')]
  if (after === undefined) return [loosened(path, `${name} of ${where} is gone.`, 'that does not fit it')]
  return [changed(path, `${name} of ${where} has changed.`)]
}
