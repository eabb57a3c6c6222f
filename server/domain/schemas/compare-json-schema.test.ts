import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareJsonSchema } from './compare-json-schema.ts'
import { worstEffect } from './schema-change.ts'

const compare = (before: unknown, after: unknown) =>
  compareJsonSchema({ text: JSON.stringify(before) }, { text: JSON.stringify(after) })
const brief = (before: unknown, after: unknown) =>
  compare(before, after).map(({ path, kind, backward, forward }) => [path, kind, backward, forward])
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })

describe('a property of a JSON Schema', () => {
  const base = object({ id: { type: 'integer' } })
  it('that is required from now on breaks new readers of old data', () => {
    expect(brief(base, { ...base, required: ['id'] })).toEqual([['id', 'now required', 'breaks', 'fine']])
    expect(brief({ ...base, required: ['id'] }, base)).toEqual([
      ['id', 'no longer required', 'fine', 'breaks'],
    ])
  })
  it('that is new is refused by old readers that allow no further properties', () => {
    const after = { id: { type: 'integer' }, city: { type: 'string' } }
    expect(brief(base, object(after))).toEqual([['city', 'field added', 'risk', 'fine']])
    expect(
      brief({ ...base, additionalProperties: false }, object(after, { additionalProperties: false })),
    ).toEqual([['city', 'field added', 'fine', 'breaks']])
    expect(brief(base, object(after, { required: ['city'] }))).toEqual([
      ['city', 'field added', 'breaks', 'fine'],
    ])
  })
  it('that is gone breaks old readers that require it', () => {
    expect(brief({ ...base, required: ['id'] }, object({}))).toEqual([
      ['id', 'field removed', 'fine', 'breaks'],
    ])
  })
  it('of another type is told', () => {
    const of = (type: unknown) => object({ id: { type } })
    expect(brief(of('integer'), of('number'))).toEqual([['id', 'type widened', 'fine', 'breaks']])
    expect(brief(of(['string', 'null']), of('string'))).toEqual([['id', 'type narrowed', 'breaks', 'fine']])
    expect(brief(of('integer'), of('string'))).toEqual([['id', 'type changed', 'breaks', 'breaks']])
  })
  it('within a list, behind a reference, is found; one that holds itself ends', () => {
    const tree = (more: object) => ({
      $ref: '#/definitions/Node',
      definitions: {
        Node: object({ children: { type: 'array', items: { $ref: '#/definitions/Node' } }, ...more }),
      },
    })
    expect(brief(tree({}), tree({ sku: { type: 'string' } }))).toEqual([
      ['sku', 'field added', 'risk', 'fine'],
    ])
    expect(brief(tree({}), tree({}))).toEqual([])
  })
})

describe('a rule of a JSON Schema', () => {
  const of = (rules: object) => object({ x: rules })
  it.each([
    [{ enum: ['A', 'B'] }, { enum: ['A'] }, 'symbol removed', 'breaks', 'fine'],
    [{ enum: ['A'] }, { enum: ['A', 'B'] }, 'symbol added', 'fine', 'breaks'],
    [{ minimum: 1 }, { minimum: 5 }, 'rule tightened', 'breaks', 'fine'],
    [{ maxLength: 5 }, { maxLength: 9 }, 'rule loosened', 'fine', 'breaks'],
    [{}, { pattern: '^a' }, 'rule tightened', 'breaks', 'fine'],
    [{ pattern: '^a' }, { pattern: '^b' }, 'rule changed', 'risk', 'risk'],
    [
      { anyOf: [{ type: 'string' }] },
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      'rule loosened',
      'fine',
      'breaks',
    ],
  ])('%j to %j: %s', (before, after, kind, backward, forward) => {
    expect(brief(of(before), of(after))).toEqual([['x', kind, backward, forward]])
  })
  it('does not count words for people', () => {
    expect(brief({ title: 'a', description: 'b' }, { title: 'c' })).toEqual([])
  })
})

const name = fc.constantFrom('a', 'b', 'c')
const rules = fc.oneof(
  fc.constantFrom(
    {},
    { type: 'integer' },
    { type: 'number' },
    { type: 'string' },
    { type: ['string', 'null'] },
    { enum: [1, 'x'] },
    { type: 'string', maxLength: 2 },
    { type: 'integer', minimum: 3 },
  ),
)
const schema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(name, rules),
  required: fc.uniqueArray(name),
  additionalProperties: fc.boolean(),
})
const data = fc.dictionary(name, fc.constantFrom<unknown>(1, 5, 1.5, 'x', 'long text', null, true))

describe('the verdict agrees with a JSON Schema validator', () => {
  it('what breaks nobody and risks nothing is accepted by both versions', () => {
    const ajv = new Ajv({ strict: false, addUsedSchema: false })
    fc.assert(
      fc.property(schema, schema, fc.array(data, { minLength: 20, maxLength: 20 }), (before, after, all) => {
        const changes = compare(before, after)
        const [old, fresh] = [ajv.compile(before), ajv.compile(after)]
        for (const one of all) {
          if (worstEffect(changes.map(({ backward }) => backward)) === 'fine' && old(one))
            expect(fresh(one)).toBe(true)
          if (worstEffect(changes.map(({ forward }) => forward)) === 'fine' && fresh(one))
            expect(old(one)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
