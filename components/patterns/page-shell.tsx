import type { ReactNode } from 'react'
import { classNames } from '../ui/class-names.ts'

/** From this many characters on a title is set smaller, so that a name of 200 characters stays readable to its end. */
const longTitle = 60

/**
 * A page: its title, one line of what it is about, its actions, and its content. A title is never cut: what tells two
 * long names apart often stands at their end.
 */
export const PageShell = ({
  title,
  name,
  mono = false,
  meta,
  actions,
  children,
}: {
  readonly title: string
  /** A name from the broker or the registry that follows the words of the title: "Delete" `orders-value`. */
  readonly name?: string | undefined
  /** The title is a name from the broker. */
  readonly mono?: boolean
  /** Null while it is not known: its line is kept, so that nothing below moves when it comes. */
  readonly meta?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) => {
  const isLong = title.length + (name?.length ?? 0) > longTitle
  return (
    <div className="flex min-w-0 flex-col gap-3 px-5 pt-4 pb-10">
      {/* Many actions go below the title rather than squeeze it. */}
      <header className="flex min-h-9 flex-wrap items-start gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-100">
          <h1
            className={classNames(
              'font-strong [overflow-wrap:anywhere]',
              isLong ? 'text-lead' : 'text-title',
              mono ? 'font-mono' : '',
            )}
          >
            {title}
            {name === undefined ? null : (
              <>
                {' '}
                <span className="font-mono">{name}</span>
              </>
            )}
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
}
