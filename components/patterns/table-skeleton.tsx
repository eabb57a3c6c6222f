'use client'
import { classNames } from '../ui/class-names.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { gridOf } from './data-table-types.ts'
import { useIsNarrow } from './use-is-narrow.ts'

const widths = ['w-4/5', 'w-3/5', 'w-11/12', 'w-2/3', 'w-3/4'] as const

/** A table that is on its way: its real columns and heads, its rows in grey. */
export const TableSkeleton = ({
  columns: all,
  rows = 8,
  canChoose = false,
  lines = 1,
}: {
  readonly columns: readonly {
    readonly id: string
    readonly header: string
    readonly width: string
    readonly align?: 'right'
    readonly isSecondary?: boolean
  }[]
  readonly rows?: number
  readonly canChoose?: boolean
  readonly lines?: 1 | 2
}) => {
  const isNarrow = useIsNarrow()
  const columns = isNarrow ? all.filter(({ isSecondary }) => !isSecondary) : all
  const style = { gridTemplateColumns: gridOf(columns, canChoose) }
  return (
    <div aria-hidden className="overflow-hidden">
      <div className="min-w-[740px]">
        <div
          className="grid h-8 items-center gap-x-4 border-b border-line px-3 text-small text-muted"
          style={style}
        >
          {canChoose ? <span /> : null}
          {columns.map(({ id, header, align }) => (
            <span key={id} className={align === 'right' ? 'truncate text-right' : 'truncate'}>
              {header}
            </span>
          ))}
        </div>
        {Array.from({ length: rows }, (_, row) => (
          <div
            key={row}
            className={classNames(
              'grid items-center gap-x-4 border-b border-line px-3 last:border-b-0',
              lines === 2 ? 'h-[calc(var(--row)+16px)]' : 'h-(--row)',
            )}
            style={style}
          >
            {canChoose ? <Skeleton className="w-3.5" /> : null}
            {columns.map(({ id, align }, column) => (
              <span key={id} className={align === 'right' ? 'flex justify-end' : 'flex'}>
                <Skeleton
                  className={
                    align === 'right' ? 'w-3/5' : (widths[(row + column * 2) % widths.length] ?? 'w-3/5')
                  }
                />
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}
