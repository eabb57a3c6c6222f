import { Skeleton } from '../../ui/skeleton.tsx'

/** A timeline that is on its way: names on the left, bars that step to the right. */
export const TimelineSkeleton = () => (
  <div aria-hidden className="overflow-hidden rounded-base border border-line bg-panel">
    <div className="grid grid-cols-[minmax(200px,36%)_1fr] border-b border-line px-3 py-1 text-small text-muted">
      Span
    </div>
    {Array.from({ length: 14 }, (_, row) => (
      <div
        key={row}
        className="grid h-[26px] grid-cols-[minmax(200px,36%)_1fr] items-center border-b border-line last:border-b-0"
      >
        <span style={{ paddingLeft: 12 + Math.min(row, 8) * 12 }}>
          <Skeleton className="w-32" />
        </span>
        <span style={{ paddingLeft: `${row * 6}%` }}>
          <Skeleton className="w-16" />
        </span>
      </div>
    ))}
  </div>
)
