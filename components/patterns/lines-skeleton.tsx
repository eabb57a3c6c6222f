import { Skeleton } from '../ui/skeleton.tsx'

const widths = ['w-2/5', 'w-3/5', 'w-1/2', 'w-2/3', 'w-1/3'] as const

/** Lines of text that are on their way, in the height of rows. */
export const LinesSkeleton = ({ lines = 4 }: { readonly lines?: number }) => (
  <div aria-hidden className="divide-y divide-line">
    {Array.from({ length: lines }, (_, line) => (
      <div key={line} className="flex h-(--row) items-center px-3">
        <Skeleton className={widths[line % widths.length] ?? 'w-1/2'} />
      </div>
    ))}
  </div>
)
