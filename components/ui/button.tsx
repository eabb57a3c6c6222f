import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

const look = cva(
  'inline-flex h-7 items-center gap-1.5 rounded-base border px-2.5 text-body font-strong whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-60',
  {
    variants: {
      kind: {
        plain: 'border-line bg-panel text-text hover:bg-hover',
        main: 'border-accent bg-accent text-on-accent hover:opacity-90',
        danger: 'border-critical-line bg-critical-bg text-critical hover:border-critical',
        bare: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
      },
    },
    defaultVariants: { kind: 'plain' },
  },
)

/** A button. Its text names the effect and the size: “Replay 500 to orders”. */
export const Button = ({
  kind,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & VariantProps<typeof look>) => (
  <button type={type} className={classNames(look({ kind }), className)} {...rest} />
)
