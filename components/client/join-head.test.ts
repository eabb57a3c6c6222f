import { expect, test } from 'vitest'
import { joinHead } from './join-head.ts'

type Row = { readonly id: string; readonly seen: number }
type Page = { readonly rows: readonly Row[]; readonly cursor: string | null }
const rowsIn = {
  read: (page: Page) => page.rows,
  write: (page: Page, rows: readonly Row[]): Page => ({ ...page, rows }),
}
const keyOf = ({ id }: Row) => id
const page = (cursor: string | null, ...ids: string[]): Page => ({
  rows: ids.map((id) => ({ id, seen: 1 })),
  cursor,
})
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id).join('')

test('without a newer head the pages are shown as they were read, each row once', () => {
  const pages = [page('x', 'c', 'b'), page(null, 'b', 'a')]
  const joined = joinHead({ pages, head: undefined, rowsIn, keyOf })
  expect([idsOf(joined.rows), joined.waiting]).toEqual(['cba', 0])
})

test('new rows wait and move nothing; shown rows take their newer figures in place', () => {
  const head = {
    rows: [
      { id: 'e', seen: 2 },
      { id: 'c', seen: 2 },
    ],
    cursor: 'y',
  }
  const joined = joinHead({ pages: [page('x', 'c', 'b'), page(null, 'a')], head, rowsIn, keyOf })
  expect([idsOf(joined.rows), joined.waiting, joined.isGap]).toEqual(['cba', 1, false])
  expect(joined.rows[0]).toEqual({ id: 'c', seen: 2 })
  expect(joined.brought.map(({ rows }) => idsOf(rows))).toEqual(['ecb', 'a'])
  expect(joined.brought[0]?.cursor).toBe('x')
})

test('a head that does not reach down to what is shown says so: joining it would hide what lies between', () => {
  const joined = joinHead({ pages: [page(null, 'b', 'a')], head: page('y', 'f', 'e'), rowsIn, keyOf })
  expect([joined.waiting, joined.isGap]).toEqual([2, true])
  expect(joined.brought).toEqual([page('y', 'f', 'e')])
})

test('an empty list becomes its head, with the way further back', () => {
  const joined = joinHead({ pages: [page(null)], head: page('y', 'a'), rowsIn, keyOf })
  expect([joined.waiting, joined.isGap, joined.brought]).toEqual([1, false, [page('y', 'a')]])
})

test('a first page that would grow beyond measure begins anew', () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `r${n}`)
  const head = page('y', 'new', 'r0')
  const joined = joinHead({ pages: [page('x', ...ids), page(null, 'old')], head, rowsIn, keyOf })
  expect([joined.waiting, joined.isGap, joined.brought.length]).toEqual([1, false, 1])
})
