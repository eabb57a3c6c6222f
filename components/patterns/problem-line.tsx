import { problemOfError } from '../client/problem-error.ts'
import { classNames } from '../ui/class-names.ts'

const looks = {
  line: '',
  box: 'rounded-base border border-critical-line bg-critical-bg px-3 py-1.5',
  strip: 'border-b border-critical-line bg-critical-bg px-3 py-1.5',
} as const

/**
 * Why what was asked for was not done; nothing where nothing failed. A `box` stands on a page, a `strip` across a
 * panel: `<ProblemLine error={plan.error} look="box" />`
 */
export const ProblemLine = ({
  error,
  look = 'line',
  className,
}: {
  readonly error: unknown
  readonly look?: keyof typeof looks
  readonly className?: string
}) => {
  if (!error) return null
  const { title, detail } = problemOfError(error)
  return (
    <p role="alert" className={classNames('text-critical', looks[look], className)}>
      {title}: {detail}
    </p>
  )
}
