/** The room that a histogram over time takes, before its bars or its code are there. */
export const HistogramSkeleton = () => (
  <div className="rounded-base border border-line bg-panel px-3 pt-2 pb-1">
    <div data-state="loading" aria-busy className="flex flex-col">
      <div className="h-11 animate-pulse rounded-small border-b border-line bg-line/40" />
      <div className="h-6" />
    </div>
  </div>
)
