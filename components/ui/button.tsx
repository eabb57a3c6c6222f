import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

const look = cva(
  'inline-flex items-center gap-1.5 border px-2.5 text-body font-strong whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-60',
  {
    variants: {
      kind: {
        plain: 'rounded-base border-line bg-panel text-text hover:bg-hover',
        main: 'rounded-base border-accent bg-accent text-on-accent hover:opacity-90',
        danger: 'rounded-base border-critical-line bg-critical-bg text-critical hover:border-critical',
        active: 'rounded-base border-line bg-selected text-text hover:bg-hover',
        notice: 'rounded-full border-accent bg-raised text-accent shadow-overlay hover:bg-hover',
        lost: 'rounded-base border-transparent bg-transparent text-warning hover:bg-hover',
        bare: 'rounded-base border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
      },
      size: { small: 'h-6', normal: 'h-7', large: 'h-8', growing: 'min-h-8 py-1' },
    },
    defaultVariants: { kind: 'plain', size: 'normal' },
  },
)

/** A button. Its text names the effect and the size: “Replay 500 to orders”. */
export const Button = ({
  kind,
  size,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & VariantProps<typeof look>) => (
  <button type={type} className={classNames(look({ kind, size }), className)} {...rest} />
)
