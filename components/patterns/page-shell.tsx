import type { ReactNode } from 'react'

/** A page: its title, one line of what it is about, its actions, and its content. */
export const PageShell = ({
  title,
  place,
  mono = false,
  meta,
  actions,
  children,
}: {
  readonly title: string
  /** What follows the title and is never cut: where in a topic a message stands. */
  readonly place?: string
  /** The title is a name from the broker. */
  readonly mono?: boolean
  /** Null while it is not known: its line is kept, so that nothing below moves when it comes. */
  readonly meta?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) => (
  <div className="flex min-w-0 flex-col gap-3 px-5 pt-4 pb-10">
    <header className="flex min-h-9 items-start justify-between gap-x-6 gap-y-2 max-[800px]:flex-wrap">
      <div className="min-w-0">
        <h1
          className={`flex gap-[1ch] text-title font-strong ${mono ? 'font-mono text-lead leading-7' : ''}`}
          title={place === undefined ? title : `${title} ${place}`}
        >
          <span className="truncate">{title}</span>
          {place === undefined ? null : <span className="shrink-0"> {place}</span>}
        </h1>
        {meta === undefined ? null : (
          <div className="flex min-h-[1lh] flex-wrap items-center gap-x-3 text-muted">{meta}</div>
        )}
      </div>
      {actions ? <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
    {children}
  </div>
)
