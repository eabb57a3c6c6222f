import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffJson } from './diff-json.ts'
import { findInJson } from './find-in-json.ts'
import { indexJson, type JsonIndex, nodeAtPointer, pathOf } from './json-index.ts'
import { runAtOnce, runInSlices } from './run-in-slices.ts'
import { breakLines, lineOf } from './text-lines.ts'
import { firstOpenness, isOpen, placeOf, revealing, rowsInSight, withOpen } from './tree-rows.ts'

const indexed = (text: string): JsonIndex => {
  const index = runAtOnce(indexJson(text))
  if (!index) throw new Error(`no JSON: ${text}`)
  return index
}
const exact = '9007199254740993'

describe('the index of a JSON text', () => {
  it('finds every value of any document, as it was written', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, wide) => {
        const text = wide ? JSON.stringify(JSON.parse(json), null, 2) : json
        const index = indexed(text)
        const parsed: unknown = JSON.parse(text)
        expect(index.next(0)).toBe(index.count)
        for (let node = 0; node < index.count; node++) {
          const value = pathOf(index, node)
            .pointer.split('/')
            .slice(1)
            .reduce<unknown>(
              (at, part) => (at as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')],
              parsed,
            )
          expect(JSON.parse(text.slice(index.start(node), index.end(node)))).toEqual(value)
          const twice = index.text.slice(index.start(nodeAtPointer(index, pathOf(index, node).pointer)))
          expect(twice.startsWith(text.slice(index.start(node), index.end(node)))).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
  it('refuses what is no JSON, and never hangs', () => {
    for (const text of ['', '{', '[1,', '[1,]', '{"a"}', '{"a":1,}', '[1}', '1 2', ']', '{"a":"b', '[,1]'])
      expect(runAtOnce(indexJson(text))).toBeNull()
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '1', ' ', '\\') }),
        (text) => {
          runAtOnce(indexJson(text))
        },
      ),
    )
  })
  it('keeps every digit, and names a place as code and as a JSON Pointer', () => {
    const index = indexed(`{"a":{"b c":[1,${exact}]}}`)
    const last = index.count - 1
    expect(index.text.slice(index.start(last), index.end(last))).toBe(exact)
    expect(pathOf(index, last)).toEqual({ shown: 'a["b c"][1]', pointer: '/a/b c/1' })
  })
  it('is not stopped by depth', () => {
    expect(indexed('['.repeat(50_000) + ']'.repeat(50_000)).count).toBe(50_000)
  })
  it('is made in slices that leave room between them', async () => {
    const text = JSON.stringify(Array.from({ length: 200_000 }, (_, id) => ({ id, name: 'order line' })))
    let slices = 0
    const index = await runInSlices(indexJson(text), new AbortController().signal, () => {
      slices += 1
    })
    expect(index?.count).toBe(600_001)
    expect(slices).toBeGreaterThan(2)
    const given = new AbortController()
    given.abort()
    expect(await runInSlices(indexJson('1'), given.signal)).toBeNull()
  })
})

describe('the tree', () => {
  const index = indexed('{"a":{"b":[1,2,{"c":3}]},"d":4}')
  const shown = (openness: Parameters<typeof rowsInSight>[1]) => {
    const rows = rowsInSight(index, openness)
    return Array.from({ length: rows.length }, (_, place) => pathOf(index, rows.at(place)).shown)
  }
  it('shows a small document whole, and what is closed without its parts', () => {
    const first = firstOpenness(index)
    expect(shown(first)).toEqual(['', 'a', 'a.b', 'a.b[0]', 'a.b[1]', 'a.b[2]', 'a.b[2].c', 'd'])
    expect(shown(withOpen(first, 2, false))).toEqual(['', 'a', 'a.b', 'd'])
  })
  it('opens of a large one what fits on a few screens', () => {
    const large = indexed(JSON.stringify({ rows: Array.from({ length: 5_000 }, (_, id) => ({ id })) }))
    expect(rowsInSight(large, firstOpenness(large)).length).toBe(2)
  })
  it('opens the way to what was found', () => {
    const closed = { depth: 0, opened: new Set<number>(), closed: new Set<number>() }
    const [found = -1] = runAtOnce(findInJson(index, '"C"'))
    const openness = revealing(index, closed, found)
    expect(isOpen(index, openness, 2)).toBe(true)
    expect(placeOf(rowsInSight(index, openness), found)).toBe(6)
  })
  it('finds names and values, and what stands across the edge of two pieces', () => {
    const far = indexed(`["${'x'.repeat(199_995)}needle","other"]`)
    expect(runAtOnce(findInJson(far, 'needle'))).toEqual([1])
    expect(runAtOnce(findInJson(index, 'd'))).toEqual([7])
  })
})

describe('the lines of a text', () => {
  it('together are the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', 'bb') }),
        fc.integer({ min: 1, max: 5 }),
        (text, columns) => {
          const starts = runAtOnce(breakLines(text, columns))
          const pieces = Array.from({ length: starts.length }, (_, line) =>
            text.slice(starts.at(line), line + 1 < starts.length ? starts.at(line + 1) : text.length),
          )
          expect(pieces.join('')).toBe(text)
          for (let line = 0; line < starts.length; line++)
            expect(lineOf(text, starts, line).length).toBeLessThanOrEqual(columns)
        },
      ),
    )
  })
})

describe('the difference of two documents', () => {
  const diff = (before: unknown, after: unknown) =>
    runAtOnce(diffJson(indexed(JSON.stringify(before)), indexed(JSON.stringify(after, null, 2)))).changes
  it('names what was added, removed and changed, not what was laid out otherwise', () => {
    expect(diff({ a: 1, b: { c: [1] }, gone: true }, { b: { c: [1] }, a: 2, new: { x: 1 } })).toEqual([
      { path: 'a', kind: 'changed', before: '1', after: '2' },
      { path: 'gone', kind: 'removed', before: 'true', after: null },
      { path: 'new', kind: 'added', before: null, after: '{\n    "x": 1\n  }' },
    ])
  })
  it('sees the last digit of numbers above 2^53', () => {
    const [a, b] = [indexed(`{"id":${exact}}`), indexed('{"id":9007199254740992}')]
    expect(runAtOnce(diffJson(a, b)).changes).toHaveLength(1)
  })
  it('finds an item that was put in, instead of all after it as changed', () => {
    const items = [{ id: 1 }, { id: 2 }, { id: 3 }]
    expect(diff(items, [{ id: 0 }, ...items])).toMatchObject([{ path: '[0]', kind: 'added' }])
    expect(diff(items, [{ id: 1 }, { id: 9 }, { id: 3 }])).toMatchObject([
      { path: '[1].id', kind: 'changed' },
    ])
  })
  it('is empty for the same document, and for any other is not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(diff(a, a)).toEqual([])
        const same = JSON.stringify(a) === JSON.stringify(b)
        if (!same && JSON.stringify(diff(a, b)) === '[]') expect(a).toEqual(b)
      }),
    )
  })
})
