'use client'
import { Button } from '../ui/button.tsx'
import { formatCount, sayMany } from './quantity.ts'

type Place = { readonly offset: number; readonly total: number }

/** Steps through a list that the server gives in pages. Nothing is drawn while all of it fits on one. */
export const Pager = ({
  offset,
  total,
  pageRows,
  onMove,
}: Place & { readonly pageRows: number; readonly onMove: (offset: number) => void }) =>
  total <= pageRows ? null : (
    <nav aria-label="Pages of the list" className="flex items-center gap-2 text-muted">
      <Button disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - pageRows))}>
        Previous
      </Button>
      <span>
        {formatCount(Math.min(total, offset + 1))} to {formatCount(Math.min(total, offset + pageRows))} of{' '}
        {formatCount(total)}
      </span>
      <Button disabled={offset + pageRows >= total} onClick={() => onMove(offset + pageRows)}>
        Next
      </Button>
    </nav>
  )

/**
 * What an empty page offers, for a `QueryPanel`: back to the first page where the list ends before it (an address of
 * yesterday, or rows that went meanwhile), to clear the filter where one is in force, else nothing.
 */
export const emptyPage = (
  { offset, total }: Place,
  { onFirst, onClear }: { readonly onFirst: () => void; readonly onClear: (() => void) | undefined },
) =>
  offset > 0 && offset >= total && total > 0
    ? {
        onClearFilter: onFirst,
        filtered: {
          title: 'The list ends before this page',
          text: `It has ${sayMany(total, 'row')}; this page would begin at row ${formatCount(offset + 1)}.`,
          clear: 'First page',
        },
      }
    : { onClearFilter: onClear }
