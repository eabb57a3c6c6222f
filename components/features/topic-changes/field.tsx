import { type ReactNode, useId } from 'react'

/** One input of a form: its name, what it is about, and what is wrong with it. */
export const Field = ({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly problem: string | null
  /** Draws the input with these attributes. */
  readonly children: (attributes: {
    readonly id: string
    readonly 'aria-invalid': boolean
    readonly 'aria-describedby': string
  }) => ReactNode
}) => {
  const id = useId()
  return (
    <div className="grid grid-cols-[160px_minmax(0,1fr)] gap-x-4 gap-y-0.5 max-[800px]:grid-cols-1">
      <label htmlFor={id} className="pt-1 text-muted">
        {label}
      </label>
      <div className="min-w-0">
        {children({ id, 'aria-invalid': problem !== null, 'aria-describedby': `${id}-about` })}
        <div id={`${id}-about`} className="mt-0.5 max-w-[70ch] text-small">
          {problem === null ? null : (
            <p role="alert" className="text-critical">
              {problem}
            </p>
          )}
          {hint ? <p className="text-muted">{hint}</p> : null}
        </div>
      </div>
    </div>
  )
}
