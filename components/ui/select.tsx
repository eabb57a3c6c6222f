import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** The platform's own select: it opens everywhere, by mouse, touch and keyboard alike. */
export const Select = ({ className, ...rest }: ComponentProps<'select'>) => (
  <select
    className={classNames(
      'h-7 rounded-base border border-line-strong bg-panel px-1.5 text-body text-text',
      className,
    )}
    {...rest}
  />
)
