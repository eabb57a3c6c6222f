'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { usePreferences } from '../client/preferences.ts'
import { classNames } from '../ui/class-names.ts'

export type Column<T> = {
  readonly id: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  readonly align?: 'right'
  /** A CSS grid track: `minmax(160px, 2fr)`, `88px`. */
  readonly width: string
  readonly sortable?: boolean
  readonly mono?: boolean
}

export type Sorting = { readonly id: string; readonly desc: boolean }
export type Selection = {
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

const windowedFrom = 200

/**
 * A table whose rows open a page. Up, down, j and k move, Enter opens, x chooses a row; above 200 rows only those in
 * sight are drawn. Columns keep their width while data changes.
 *
 * `<DataTable label="Topics" columns={topicColumns} rows={topics} rowKey={(t) => t.name} rowHref={(t) => routes.topic(c, t.name)} />`
 */
export const DataTable = <T,>({
  label,
  columns,
  rows,
  rowKey,
  rowHref,
  sorting,
  onSort,
  selection,
}: {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  readonly rowHref?: (row: T) => string
  readonly sorting?: Sorting
  readonly onSort?: (id: string) => void
  readonly selection?: Selection
}) => {
  const router = useRouter()
  const { density } = usePreferences()
  const rowPx = density === 'dense' ? 28 : 36
  const body = useRef<HTMLDivElement>(null)
  const isWindowed = rows.length > windowedFrom
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => rowPx,
    overscan: 12,
    enabled: isWindowed,
  })
  const template = `${selection ? '28px ' : ''}${columns.map(({ width }) => width).join(' ')}`

  const toggle = (key: string): void => {
    if (!selection) return
    const chosen = new Set(selection.chosen)
    if (!chosen.delete(key)) chosen.add(key)
    selection.onChange(chosen)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement
    const current = target.closest<HTMLElement>('[data-row]')
    if (
      !current ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      target.matches('input:not([type=checkbox]), textarea')
    )
      return
    const index = Number(current.dataset.row)
    const move = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
    if (move !== undefined) {
      event.preventDefault()
      focusRow(index + move)
    } else if (event.key === 'Enter' && target === current) {
      const row = rows[index]
      if (row !== undefined && rowHref) router.push(rowHref(row))
    } else if (event.key === 'x' && selection) {
      const row = rows[index]
      if (row !== undefined) toggle(rowKey(row))
    }
  }

  const focusRow = (index: number): void => {
    if (index < 0 || index >= rows.length) return
    if (isWindowed) virtual.scrollToIndex(index)
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus())
  }

  const drawn = isWindowed
    ? virtual.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: 0 }))
  const allChosen =
    selection !== undefined && rows.length > 0 && rows.every((row) => selection.chosen.has(rowKey(row)))

  return (
    <div className="overflow-x-auto">
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} className="min-w-[860px]">
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
                  onChange={() => selection.onChange(allChosen ? new Set() : new Set(rows.map(rowKey)))}
                  className="block size-3.5 accent-accent"
                />
              </span>
            ) : null}
            {columns.map((column) => (
              <HeaderCell
                key={column.id}
                column={column}
                {...(sorting ? { sorting } : {})}
                {...(onSort ? { onSort } : {})}
              />
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
              if (row === undefined) return null
              const key = rowKey(row)
              const chosen = selection?.chosen.has(key) ?? false
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled once, by the row group
                <div
                  role="row"
                  key={key}
                  data-row={index}
                  tabIndex={index === 0 ? 0 : -1}
                  aria-rowindex={index + 2}
                  onClick={(event) => {
                    if (!rowHref || (event.target as HTMLElement).closest('a, button, input, label')) return
                    if (getSelection()?.toString()) return
                    router.push(rowHref(row))
                  }}
                  className={classNames(
                    'grid h-(--row) items-center gap-x-4 border-b border-line px-3 last:border-b-0 hover:bg-hover focus-visible:-outline-offset-2',
                    rowHref && 'cursor-pointer',
                    chosen && 'bg-selected',
                    isWindowed && 'absolute inset-x-0 top-0',
                  )}
                  style={{
                    gridTemplateColumns: template,
                    ...(isWindowed ? { transform: `translateY(${start}px)` } : {}),
                  }}
                >
                  {selection ? (
                    <span role="cell">
                      <input
                        type="checkbox"
                        aria-label={`Choose row ${index + 1}`}
                        checked={chosen}
                        onChange={() => toggle(key)}
                        className="block size-3.5 accent-accent"
                      />
                    </span>
                  ) : null}
                  {columns.map(({ id, cell, align, mono }) => (
                    <span
                      role="cell"
                      key={id}
                      className={classNames(
                        'min-w-0 truncate',
                        align === 'right' && 'text-right',
                        mono && 'font-mono text-small',
                      )}
                    >
                      {cell(row)}
                    </span>
                  ))}
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

const HeaderCell = <T,>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<T>
  readonly sorting?: Sorting
  readonly onSort?: (id: string) => void
}) => {
  const { id, header, align, sortable } = column
  const isSorted = sorting?.id === id
  const place = align === 'right' ? 'justify-end' : ''
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (sorting.desc ? 'descending' : 'ascending') : undefined}
      className={`flex min-w-0 ${place}`}
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
          {isSorted ? (
            sorting.desc ? (
              <ArrowDown aria-hidden size={12} />
            ) : (
              <ArrowUp aria-hidden size={12} />
            )
          ) : null}
        </button>
      ) : (
        <span className="truncate">{header}</span>
      )}
    </span>
  )
}
