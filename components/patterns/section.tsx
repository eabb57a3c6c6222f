import { type ReactNode, useId } from 'react'
import { classNames } from '../ui/class-names.ts'

/** A panel with a heading. */
export const Section = ({
  title,
  aside,
  padded = true,
  className,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly padded?: boolean
  readonly className?: string
  readonly children: ReactNode
}) => {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className={classNames('min-w-0 overflow-hidden rounded-base border border-line bg-panel', className)}
    >
      <div className="flex min-h-9 items-center justify-between gap-3 border-b border-line px-3 py-1">
        <h2 id={id} className="font-strong">
          {title}
        </h2>
        {aside ? <div className="flex items-center gap-2 text-small text-muted">{aside}</div> : null}
      </div>
      <div className={padded ? 'p-3' : ''}>{children}</div>
    </section>
  )
}
