import { classNames } from './class-names.ts'

/** A grey bar in the place of text that is on its way. */
export const Skeleton = ({ className = 'w-24' }: { readonly className?: string }) => (
  <span
    aria-hidden
    className={classNames('inline-block h-3 animate-pulse rounded-small bg-line', className)}
  />
)
