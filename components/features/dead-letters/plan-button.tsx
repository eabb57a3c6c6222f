'use client'
import { mostLettersOfPlan } from '#server/contracts/choices.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'

/** Leads to the plan of a replay of so many letters; where those are more than a plan takes, it says so and what to do. */
export const PlanButton = ({
  count,
  words,
  narrow,
  isPending,
  size = 'small',
  onPlan,
}: {
  readonly count: number
  /** What the button says. */
  readonly words: string
  /** How to come to fewer. */
  readonly narrow: string
  readonly isPending: boolean
  /** `normal` in a row of fields. */
  readonly size?: 'small' | 'normal'
  readonly onPlan: () => void
}) =>
  count > mostLettersOfPlan ? (
    <span className="text-small text-muted" data-too-many>
      {formatCount(count)} letters: a plan takes at most {formatCount(mostLettersOfPlan)}. {narrow}
    </span>
  ) : (
    <Button kind="main" size={size} disabled={isPending} onClick={onPlan}>
      {words}
    </Button>
  )
