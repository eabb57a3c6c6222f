import type { ReactNode } from 'react'

/** A page: its title, one line of what it is about, its actions, and its content. */
export const PageShell = ({
  title,
  mono = false,
  meta,
  actions,
  children,
}: {
  readonly title: string
  /** The title is a name from the broker. */
  readonly mono?: boolean
  readonly meta?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) => (
  <div className="flex min-w-0 flex-col gap-3 px-5 pt-4 pb-10">
    <header className="flex min-h-9 flex-wrap items-start justify-between gap-x-6 gap-y-2">
      <div className="min-w-0">
        <h1
          className={`truncate text-title font-strong ${mono ? 'font-mono text-lead leading-7' : ''}`}
          title={title}
        >
          {title}
        </h1>
        {meta ? <div className="flex flex-wrap items-center gap-x-3 text-muted">{meta}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
    {children}
  </div>
)
