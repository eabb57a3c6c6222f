import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareSchemas, layOutSchema } from './compare-schemas.ts'
import { compareTexts } from './compare-texts.ts'

const avro = (text: string) => ({ type: 'AVRO', text, references: [] }) as const

describe('two versions of a schema', () => {
  it('have one verdict for both directions', () => {
    const before = avro('{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]}')
    const after = avro('{"type":"record","name":"A","fields":[{"name":"x","type":"long"}]}')
    expect(compareSchemas(before, after)).toMatchObject({
      backward: 'fine',
      forward: 'breaks',
      verdict: 'Old readers of new data fail on it; new readers of old data read it.',
    })
    expect(compareSchemas(before, before).verdict).toBe('Nothing differs that a reader could notice.')
  })
  it('of two types, or that are no schema, say so', () => {
    expect(compareSchemas(avro('"int"'), { ...avro('{}'), type: 'JSON' }).problem).toContain(
      'AVRO became JSON',
    )
    expect(compareSchemas(avro('"int"'), avro('{')).problem).toContain('can not be compared')
  })
})

describe('two texts', () => {
  it('tell each line as kept, removed or added, with its number on each side', () => {
    expect(compareTexts('a\nb\nc', 'a\nB\nc\nd')).toEqual([
      { state: 'same', before: 1, after: 1, text: 'a' },
      { state: 'removed', before: 2, after: null, text: 'b' },
      { state: 'added', before: null, after: 2, text: 'B' },
      { state: 'same', before: 3, after: 3, text: 'c' },
      { state: 'added', before: null, after: 4, text: 'd' },
    ])
  })
  it('are all new where there was none before', () => {
    expect(compareTexts(null, 'a\nb\n')).toEqual([
      { state: 'added', before: null, after: 1, text: 'a' },
      { state: 'added', before: null, after: 2, text: 'b' },
    ])
  })
  it('hold every line of either side, in order', () => {
    const text = fc
      .array(fc.stringMatching(/^[ab{} ]{0,3}$/), { minLength: 1 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = compareTexts(before, after)
        const side = (name: 'before' | 'after') =>
          lines.filter((line) => line[name] !== null).map((line) => line.text)
        const trim = (all: string[]) => all.join('\n').replace(/\n+$/, '')
        expect(trim(side('before'))).toBe(trim(before.split('\n')))
        expect(trim(side('after'))).toBe(trim(after.split('\n')))
      }),
    )
  })
  it('of JSON are laid out with every digit kept', () => {
    expect(layOutSchema(avro('{"default":9007199254740993}'))).toContain('9007199254740993')
  })
})
