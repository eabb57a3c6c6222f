import { expect, it, vi } from 'vitest'
import { emptyPage } from './pager.tsx'

const ways = { onFirst: vi.fn(), onClear: vi.fn() }

it('leads back to the first page where the list ends before the page of the address', () => {
  const page = emptyPage({ offset: 9_900, total: 120 }, ways)
  expect(page).toMatchObject({
    onClearFilter: ways.onFirst,
    filtered: {
      title: 'The list ends before this page',
      text: 'It has 120 rows; this page would begin at row 9,901.',
    },
  })
})

it('offers to clear a filter that leaves nothing, wherever the page begins', () => {
  expect(emptyPage({ offset: 0, total: 0 }, ways)).toEqual({ onClearFilter: ways.onClear })
  expect(emptyPage({ offset: 200, total: 0 }, ways)).toEqual({ onClearFilter: ways.onClear })
})
