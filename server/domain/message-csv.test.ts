import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine } from './message-csv.ts'

/** A reader of RFC 4180, of one record. */
const readLine = (line: string): string[] => {
  const cells: string[] = []
  let at = 0
  for (;;) {
    let cell = ''
    if (line[at] === '"') {
      at += 1
      while (!(line[at] === '"' && line[at + 1] !== '"')) {
        if (line[at] === '"') at += 1
        cell += line[at]
        at += 1
      }
      at += 1
    } else
      while (line[at] !== ',' && line[at] !== '\r') {
        cell += line[at]
        at += 1
      }
    cells.push(cell)
    if (line.slice(at) === '\r\n') return cells
    at += 1
  }
}
const cell = fc.string({
  unit: fc.constantFrom(',', '"', '\r', '\n', '=', '+', '-', '@', 'a', 'é', ' ', '\t', "'"),
})

describe('a line of CSV', () => {
  it('gives every cell again', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
        expect(readLine(csvLine(cells))).toEqual(cells)
      }),
    )
  })

  it('alters what a spreadsheet would run only when asked to', () => {
    expect(csvLine(['=1+1', '-5', 'a=b'])).toBe('=1+1,-5,a=b\r\n')
    expect(csvLine(['=1+1', '-5', 'a=b', '\t=x'], true)).toBe("'=1+1,'-5,a=b,'\t=x\r\n")
    expect(csvLine(['\n=1+1'], true)).toBe(`"'\n=1+1"\r\n`)
  })
})
