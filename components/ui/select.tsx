import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** The platform's own select: it opens everywhere, by mouse, touch and keyboard alike. */
export const Select = ({
  quiet = false,
  className,
  ...rest
}: ComponentProps<'select'> & { readonly quiet?: boolean }) => (
  <select
    className={classNames(
      'rounded-base border bg-panel px-1.5 text-body',
      quiet ? 'border-line text-muted' : 'border-line-strong text-text',
      'h-7',
      className,
    )}
    {...rest}
  />
)
