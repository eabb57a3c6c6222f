'use client'
import { useQueryStates } from 'nuqs'
import { useId } from 'react'
import { findChoice, letterStandings } from '#server/contracts/choices.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { useZone } from '../../client/zone-provider.tsx'
import { fromZoned, toZoned } from '../../patterns/message-search/zoned-time.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { lettersFilterOf, lettersSearch } from './letters-address.ts'

const nothing = { standing: null, text: null, topic: null, partition: null, key: null, from: null, to: null }

const standingNames = { open: 'Not put away', discarded: 'Discarded', archived: 'Archived' } as const

/** By what a list of letters is narrowed, as its address holds it. */
export const useLetterFilters = () => {
  const [view, setView] = useQueryStates(lettersSearch)
  const filter = lettersFilterOf(view)
  const { standing: _, ...beside } = filter
  return {
    view,
    setView,
    filter,
    isFiltered: Object.keys(filter).length > 0,
    /** By how it stands alone: all of these can be decided on at once, those that were not seen, too. */
    isByStandingAlone: Object.keys(beside).length === 0,
    clear: () => void setView(nothing),
  }
}

type Filters = ReturnType<typeof useLetterFilters>

const countOf = (
  { open, settled, discarded, archived }: FailureGroupDetail['standings'],
  standing: (typeof letterStandings)[number],
): number => ({ open: open + settled, discarded, archived })[standing]

/** The fields by which a list of letters is narrowed. `topics`: the dead-letter topics that are known to hold some. */
export const LetterFilters = ({
  filters: { view, setView, isFiltered, clear },
  topics,
  standings,
  onChange,
}: {
  readonly filters: Filters
  readonly topics: readonly string[]
  readonly standings?: FailureGroupDetail['standings'] | undefined
  /** What was chosen may not fit any more. */
  readonly onChange: () => void
}) => {
  const { zone } = useZone()
  const id = useId()
  const change = (next: Parameters<typeof setView>[0]): void => {
    onChange()
    void setView(next)
  }
  const timeField = (name: 'from' | 'to', label: string) => (
    <label className="flex items-center gap-1.5 text-muted">
      {label}
      <Input
        type="datetime-local"
        step={1}
        value={view[name] === null ? '' : toZoned(view[name], zone)}
        onChange={(event) => change({ [name]: fromZoned(event.target.value, zone) })}
      />
    </label>
  )
  return (
    <div
      role="group"
      aria-label="Filter the letters"
      className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-1.5"
    >
      <Input
        aria-label="Only letters with this text in key, message, error or topics"
        placeholder="Text in key or error"
        maxLength={200}
        value={view.text}
        onChange={(event) => change({ text: event.target.value === '' ? null : event.target.value })}
        className="w-44"
      />
      <Select
        aria-label="Only letters that stand so"
        value={view.standing ?? ''}
        onChange={(event) => change({ standing: findChoice(letterStandings, event.target.value) ?? null })}
      >
        <option value="">All letters</option>
        {letterStandings.map((one) => (
          <option key={one} value={one}>
            {standingNames[one]}
            {standings ? ` (${formatCount(countOf(standings, one))})` : ''}
          </option>
        ))}
      </Select>
      <Input
        aria-label="Only letters in this dead-letter topic"
        placeholder="Dead-letter topic"
        list={`${id}-topics`}
        maxLength={249}
        value={view.topic}
        onChange={(event) => change({ topic: event.target.value === '' ? null : event.target.value })}
        className="w-48 font-mono text-small"
      />
      <datalist id={`${id}-topics`}>
        {topics.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Input
        aria-label="Only letters in this partition"
        placeholder="Partition"
        inputMode="numeric"
        value={view.partition ?? ''}
        onChange={({ target: { value } }) =>
          change({ partition: /^\d{1,9}$/.test(value.trim()) ? Number(value) : null })
        }
        className="w-24"
      />
      <Input
        aria-label="Only letters with this key"
        placeholder="Whole key"
        maxLength={1000}
        value={view.key}
        onChange={(event) => change({ key: event.target.value === '' ? null : event.target.value })}
        className="w-28 font-mono text-small"
      />
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        {timeField('from', 'died from')}
        {timeField('to', 'until')}
      </span>
      {isFiltered ? (
        <Button
          kind="bare"
          size="small"
          onClick={() => {
            onChange()
            clear()
          }}
        >
          Clear
        </Button>
      ) : null}
    </div>
  )
}
