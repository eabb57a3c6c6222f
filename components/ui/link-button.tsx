import Link from 'next/link'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** A link that looks like a button: where it leads is a page. */
export const LinkButton = ({ className, ...rest }: ComponentProps<typeof Link>) => (
  <Link
    className={classNames(
      'inline-flex h-7 items-center gap-1.5 rounded-base border border-line bg-panel px-2.5 text-body font-strong whitespace-nowrap text-text hover:bg-hover',
      className,
    )}
    {...rest}
  />
)
