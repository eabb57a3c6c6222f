import { problemOfError } from '../../client/problem-error.ts'
import { Button } from '../../ui/button.tsx'

/** The end of a form: what stands against the plan as a whole, and the button that makes it. Nothing is changed by it. */
export const PlanButton = ({
  problem,
  error,
  isPending,
  refusedBecause,
  disabled = false,
}: {
  readonly problem: string | null
  readonly error: Error | null
  readonly isPending: boolean
  /** Why this user may not do it at all. */
  readonly refusedBecause: string | null
  readonly disabled?: boolean
}) => {
  const failure = error && problemOfError(error)
  const alert = failure ? `${failure.title}: ${failure.detail} ${failure.hint}` : problem
  return (
    <div className="flex flex-col items-start gap-2 border-t border-line pt-3">
      {alert === null ? null : (
        <p role="alert" className="max-w-[80ch] text-critical">
          {alert}
        </p>
      )}
      {refusedBecause === null ? null : (
        <p id="why-no-plan" className="max-w-[80ch] text-warning">
          Can not be done: {refusedBecause}
        </p>
      )}
      <div className="flex items-center gap-3">
        <Button
          kind="main"
          size="large"
          type="submit"
          disabled={disabled || isPending || refusedBecause !== null}
          aria-describedby={refusedBecause === null ? undefined : 'why-no-plan'}
        >
          {isPending ? 'Checking with the broker…' : 'Show the plan'}
        </Button>
        <span className="text-small text-muted">
          The broker checks it. Nothing is changed before you confirm the plan.
        </span>
      </div>
    </div>
  )
}
