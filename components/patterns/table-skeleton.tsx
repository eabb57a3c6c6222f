import { Skeleton } from '../ui/skeleton.tsx'

const widths = ['w-40', 'w-28', 'w-52', 'w-36', 'w-44'] as const

/** Rows of a table that is on its way. */
export const TableSkeleton = ({
  rows = 8,
  columns = 5,
}: {
  readonly rows?: number
  readonly columns?: number
}) => (
  <div className="divide-y divide-line">
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="flex h-(--row) items-center gap-8 px-3">
        {Array.from({ length: columns }, (_, column) => (
          <Skeleton key={column} className={column === 0 ? (widths[row % widths.length] ?? '') : 'w-16'} />
        ))}
      </div>
    ))}
  </div>
)
