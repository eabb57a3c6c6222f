'use client'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useRouter } from 'next/navigation'
import { type CSSProperties, type MouseEvent, useRef } from 'react'
import { usePreferences } from '../client/preferences.ts'
import { DataTableHeader } from './data-table-header.tsx'
import { DataTableRow } from './data-table-row.tsx'
import { type Column, gridOf, type Sorting } from './data-table-types.ts'
import { useIsNarrow } from './use-is-narrow.ts'
import { type Selection, useRowKeys } from './use-row-keys.ts'

const windowedFrom = 200
/** What a second line adds to the height of a row. */
const secondLinePx = 16

/**
 * A table whose rows open a page. Up, down, j and k, PageUp, PageDown, Home and End move; Enter opens; Space or x
 * chooses a row, Shift with a move or a click a range. With `onLook` a click and Enter show the row's details beside
 * the list, which then follow each move; Enter on the row that is shown opens its page. From 200 rows on only those in sight are drawn, and the one with the focus. Columns keep their
 * width while data changes.
 *
 * `<DataTable label="Topics" columns={topicColumns} rows={topics} rowKey={(t) => t.name} rowHref={(t) => routes.topic(c, t.name)} />`
 */
export const DataTable = <T,>({
  label,
  columns: all,
  rows,
  rowKey,
  rowHref,
  sorting,
  onSort,
  selection,
  looked,
  onLook,
  lines = 1,
}: {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  readonly rowHref?: (row: T) => string
  readonly sorting?: Sorting
  readonly onSort?: (id: string) => void
  readonly selection?: Selection
  /** Key of the row whose details are shown beside the list. */
  readonly looked?: string | null
  readonly onLook?: (key: string) => void
  /** Lines of text in a row. */
  readonly lines?: 1 | 2
}) => {
  const router = useRouter()
  const { density } = usePreferences()
  const isNarrow = useIsNarrow()
  const columns = isNarrow ? all.filter(({ isSecondary }) => !isSecondary) : all
  const rowPx = (density === 'dense' ? 28 : 36) + (lines === 2 ? secondLinePx : 0)
  const body = useRef<HTMLDivElement>(null)
  const isWindowed = rows.length >= windowedFrom
  const keys = rows.map(rowKey)
  const open = (index: number): void => {
    const row = rows[index]
    if (row !== undefined && rowHref) router.push(rowHref(row))
  }
  const { active, holdIndex, onKeyDown, toggle, extendTo } = useRowKeys({
    keys,
    body,
    rowPx,
    selection,
    looked,
    onLook,
    onOpen: open,
    onMoved: (index) => {
      if (isWindowed) virtual.scrollToIndex(index)
    },
  })
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => rowPx,
    overscan: 12,
    enabled: isWindowed,
    // The row with the focus stays drawn when it is scrolled out of sight: the keyboard would be lost with it.
    rangeExtractor: (range) => {
      const inSight = defaultRangeExtractor(range)
      return inSight.includes(active) || active < 0
        ? inSight
        : [...inSight, active].sort((first, second) => first - second)
    },
  })
  const template = gridOf(columns, selection !== undefined)
  const drawn = isWindowed
    ? virtual.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: 0 }))
  const allChosen =
    selection !== undefined && rows.length > 0 && keys.every((key) => selection.chosen.has(key))

  const onClickRow = (event: MouseEvent<HTMLElement>, index: number, key: string): void => {
    if ((event.target as HTMLElement).closest('a, button, input, label')) return
    const row = rows[index]
    if (event.shiftKey && selection) extendTo(key)
    else if (getSelection()?.toString()) return
    else if ((event.ctrlKey || event.metaKey) && rowHref && row !== undefined) window.open(rowHref(row))
    else if (onLook) onLook(key)
    else open(index)
  }

  return (
    <div
      className="overflow-x-auto"
      style={lines === 2 ? ({ '--row': `${rowPx}px` } as CSSProperties) : undefined}
    >
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="min-w-[740px]">
        <div role="rowgroup">
          <div
            role="row"
            className="grid h-8 items-center gap-x-4 border-b border-line px-3 text-small text-muted"
            style={{ gridTemplateColumns: template }}
          >
            {selection ? (
              <span role="columnheader">
                <input
                  type="checkbox"
                  aria-label={allChosen ? 'Choose none' : 'Choose all'}
                  checked={allChosen}
                  onChange={() => selection.onChange(allChosen ? new Set() : new Set(keys))}
                  className="block size-3.5 accent-accent"
                />
              </span>
            ) : null}
            {columns.map((column) => (
              <DataTableHeader key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={body}
          onKeyDown={onKeyDown}
          className={isWindowed ? 'max-h-[calc(100vh-220px)] overflow-y-auto' : ''}
        >
          <div
            className="relative"
            style={isWindowed ? { height: virtual.getTotalSize() } : undefined}
            role="presentation"
          >
            {drawn.map(({ index, start }) => {
              const row = rows[index]
              const key = keys[index]
              if (row === undefined || key === undefined) return null
              return (
                <DataTableRow
                  key={key}
                  row={row}
                  index={index}
                  columns={columns}
                  template={template}
                  isActive={index === active}
                  isLooked={key === looked}
                  isChosen={selection?.chosen.has(key) ?? false}
                  isClickable={rowHref !== undefined || onLook !== undefined}
                  onFocus={() => holdIndex(index)}
                  onChoose={selection ? (isRange) => (isRange ? extendTo(key) : toggle(key)) : null}
                  onClick={(event) => onClickRow(event, index, key)}
                  style={
                    isWindowed
                      ? { position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${start}px)` }
                      : undefined
                  }
                />
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}
