import { Skeleton } from '../ui/skeleton.tsx'

const widths = ['w-1/3', 'w-2/3', 'w-1/2', 'w-3/5', 'w-2/5'] as const

/**
 * A page of sections that is on its way, in its real columns. Each section is its heading and how many lines it holds:
 * `<SectionsSkeleton columns="minmax(0,3fr) minmax(0,2fr)" sections={[[['Value', 12], ['Key', 2]], [['Record', 7]]]} />`
 */
export const SectionsSkeleton = ({
  columns,
  sections,
}: {
  readonly columns: string
  readonly sections: readonly (readonly (readonly [title: string, lines: number])[])[]
}) => (
  <div
    aria-hidden
    className="grid grid-cols-(--tracks) gap-3 max-[1100px]:grid-cols-1"
    style={{ '--tracks': columns } as React.CSSProperties}
  >
    {sections.map((column, index) => (
      <div key={index} className="flex min-w-0 flex-col gap-3">
        {column.map(([title, lines]) => (
          <div key={title} className="overflow-hidden rounded-base border border-line bg-panel">
            <div className="flex min-h-9 items-center border-b border-line px-3 py-1 font-strong text-muted">
              {title}
            </div>
            <div className="flex flex-col gap-2 p-3">
              {Array.from({ length: lines }, (_, line) => (
                <Skeleton key={line} className={widths[(line * 2 + index) % widths.length] ?? 'w-1/2'} />
              ))}
            </div>
          </div>
        ))}
      </div>
    ))}
  </div>
)
