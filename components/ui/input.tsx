import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** A one-line text field. Give it a label, visible or `aria-label`. */
export const Input = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input
    className={classNames(
      'h-7 rounded-base border border-line-strong bg-panel px-2 text-body text-text placeholder:text-faint',
      className,
    )}
    {...rest}
  />
)
