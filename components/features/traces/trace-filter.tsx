'use client'
import type { FormEvent } from 'react'
import { ChoiceSelect, withChoice } from '../../patterns/choice-select.tsx'
import { useTyped } from '../../patterns/use-typed.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'

const windows = [
  [15, 'Last 15 min'],
  [60, 'Last hour'],
  [360, 'Last 6 h'],
  [1_440, 'Last 24 h'],
  [10_080, 'Last 7 d'],
] as const
const leastDurations = [
  [0, 'Any duration'],
  [100, 'At least 100 ms'],
  [1_000, 'At least 1 s'],
  [10_000, 'At least 10 s'],
  [60_000, 'At least 1 min'],
  [600_000, 'At least 10 min'],
] as const

export type TraceFilterValues = {
  readonly q: string
  readonly service: string
  readonly errors: boolean
  readonly minutes: number
  /** Milliseconds; 0 for all. */
  readonly least: number
}

/** What traces are looked for: text, service, time range, least duration, errors. */
export const TraceFilter = ({
  values,
  services,
  onChange,
  onFind,
  onRefresh,
}: {
  readonly values: TraceFilterValues
  readonly services: readonly string[]
  readonly onChange: (change: Partial<TraceFilterValues>) => void
  readonly onFind: (text: string) => void
  readonly onRefresh: () => void
}) => {
  const { q, service, errors, minutes, least } = values
  const [typed, setTyped] = useTyped(q)
  const find = (event: FormEvent): void => {
    event.preventDefault()
    onFind(typed.trim())
  }
  return (
    <form onSubmit={find} className="flex flex-wrap items-center gap-2">
      <Input
        data-filter
        aria-label="Order, key or trace id"
        placeholder="Order, key or trace id  /"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="w-72"
      />
      <Button type="submit">Find</Button>
      <ChoiceSelect
        label="Service"
        value={service}
        choices={withChoice(
          [['', 'All services'], ...services.map((one) => [one, one] as const)],
          service,
          service,
        )}
        onChange={(chosen) => onChange({ service: chosen })}
        className="max-w-48"
      />
      <ChoiceSelect<number>
        label="Time range"
        value={minutes}
        choices={windows}
        onChange={(chosen) => onChange({ minutes: chosen })}
      />
      <ChoiceSelect
        label="Least duration"
        value={least}
        choices={withChoice<number>(leastDurations, least, `At least ${least} ms`)}
        onChange={(chosen) => onChange({ least: chosen })}
      />
      <label className="flex items-center gap-1.5 text-muted">
        <input
          type="checkbox"
          checked={errors}
          onChange={(event) => onChange({ errors: event.target.checked })}
          className="size-3.5 accent-accent"
        />
        With errors
      </label>
      <Button kind="bare" onClick={onRefresh}>
        Refresh
      </Button>
    </form>
  )
}
