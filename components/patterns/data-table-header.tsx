import { ArrowDown, ArrowUp } from 'lucide-react'
import { classNames } from '../ui/class-names.ts'
import type { Column, Sorting } from './data-table-types.ts'

/** The head of a column; a click sorts where sorting is offered. */
export const DataTableHeader = <T,>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<T>
  readonly sorting: Sorting | undefined
  readonly onSort: ((id: string) => void) | undefined
}) => {
  const { id, header, align, sortable } = column
  const isSorted = sorting?.id === id
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (sorting.desc ? 'descending' : 'ascending') : undefined}
      className={classNames('flex min-w-0', align === 'right' && 'justify-end')}
    >
      {sortable && onSort ? (
        <button
          type="button"
          onClick={() => onSort(id)}
          className={classNames(
            'inline-flex items-center gap-1 truncate hover:text-text',
            isSorted && 'text-text',
          )}
        >
          {header}
          {!isSorted ? null : sorting.desc ? (
            <ArrowDown aria-hidden size={12} />
          ) : (
            <ArrowUp aria-hidden size={12} />
          )}
        </button>
      ) : (
        <span className="truncate">{header}</span>
      )}
    </span>
  )
}
