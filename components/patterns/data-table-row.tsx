import { type CSSProperties, type MouseEvent, useEffect, useRef } from 'react'
import { classNames } from '../ui/class-names.ts'
import type { Column } from './data-table-types.ts'

/**
 * One row of a table: its box where rows can be chosen, and its cells. Tab stops at the links of the active row alone:
 * through a list of a hundred rows it would be two hundred stops to what stands behind it.
 */
export const DataTableRow = <T,>({
  row,
  index,
  columns,
  template,
  isActive,
  isLooked,
  isChosen,
  isClickable,
  onFocus,
  onChoose,
  onClick,
  style,
}: {
  readonly row: T
  readonly index: number
  readonly columns: readonly Column<T>[]
  readonly template: string
  /** It is the row that Tab leads to. */
  readonly isActive: boolean
  /** Its details stand in the side panel. */
  readonly isLooked: boolean
  readonly isChosen: boolean
  readonly isClickable: boolean
  readonly onFocus: () => void
  readonly onChoose: ((isRange: boolean) => void) | null
  readonly onClick: (event: MouseEvent<HTMLElement>) => void
  readonly style: CSSProperties | undefined
}) => {
  const body = useRef<HTMLDivElement>(null)
  // After each drawing: cells may have other links then.
  useEffect(() => {
    for (const one of body.current?.querySelectorAll<HTMLElement>('a, button') ?? [])
      one.tabIndex = isActive ? 0 : -1
  })
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled once, by the row group
    <div
      role="row"
      ref={body}
      data-row={index}
      tabIndex={isActive ? 0 : -1}
      aria-rowindex={index + 2}
      aria-current={isLooked ? 'true' : undefined}
      onFocus={onFocus}
      onMouseDown={onChoose ? (event) => event.shiftKey && event.preventDefault() : undefined}
      onClick={onClick}
      className={classNames(
        'grid h-(--row) scroll-my-14 items-center gap-x-4 border-b border-line px-3 last:border-b-0 hover:bg-hover focus-visible:-outline-offset-2',
        isClickable && 'cursor-pointer',
        isChosen && 'bg-selected',
        isLooked && 'bg-selected shadow-[inset_2px_0_var(--accent)]',
      )}
      style={{ gridTemplateColumns: template, ...style }}
    >
      {onChoose ? (
        <span role="cell">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Choose row ${index + 1}`}
            checked={isChosen}
            onChange={({ nativeEvent }) =>
              onChoose((nativeEvent as unknown as { shiftKey?: boolean }).shiftKey === true)
            }
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
}
