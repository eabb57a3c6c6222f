import Link from 'next/link'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** A link that looks like a button: where it leads is a page. */
export const LinkButton = ({
  size = 'normal',
  className,
  ...rest
}: ComponentProps<typeof Link> & { readonly size?: 'small' | 'normal' }) => (
  <Link
    className={classNames(
      'inline-flex items-center gap-1.5 rounded-base border border-line bg-panel px-2.5 text-body font-strong whitespace-nowrap text-text hover:bg-hover',
      size === 'small' ? 'h-6' : 'h-7',
      className,
    )}
    {...rest}
  />
)
