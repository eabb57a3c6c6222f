'use client'
import { ChoiceSelect, withChoice } from '../../patterns/choice-select.tsx'
import { Input } from '../../ui/input.tsx'
import type { AuditView } from './audit-address.ts'

const windows = [
  [0, 'All time'],
  [60, 'Last hour'],
  [1_440, 'Last 24 h'],
  [10_080, 'Last 7 d'],
  [43_200, 'Last 30 d'],
  [525_600, 'Last 365 d'],
] as const

/** Which entries: who, what, to what, since when. */
export const AuditFilter = ({
  view,
  actions,
  onChange,
}: {
  readonly view: AuditView
  /** Every action that was ever written down. */
  readonly actions: readonly string[]
  readonly onChange: (change: Partial<AuditView>) => void
}) => {
  const { who, action, target, minutes } = view
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Input
        data-filter
        aria-label="Done to"
        placeholder="Topic, replay, group…  /"
        value={target}
        onChange={(event) => onChange({ target: event.target.value })}
        className="w-64"
      />
      <Input
        aria-label="Done by"
        placeholder="Who"
        value={who}
        onChange={(event) => onChange({ who: event.target.value })}
        className="w-40"
      />
      <ChoiceSelect
        label="Action"
        value={action}
        choices={withChoice(
          [['', 'All actions'], ...actions.map((one) => [one, one] as const)],
          action,
          action,
        )}
        onChange={(chosen) => onChange({ action: chosen })}
        className="max-w-56"
      />
      <ChoiceSelect
        label="Time range"
        value={minutes}
        choices={withChoice<number>(windows, minutes, `Last ${minutes} min`)}
        onChange={(chosen) => onChange({ minutes: chosen })}
      />
    </div>
  )
}
