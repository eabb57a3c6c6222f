'use client'
import { useState } from 'react'
import { useZone } from '../../client/zone-provider.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { agoOfSearch, rangeOfSearch, type SearchRange, withRange, withTimes } from '../search-time-range.ts'
import { fromZoned, toZoned } from './zoned-time.ts'

const quick = [
  ['15m', 15, 'm', 'Last 15 minutes'],
  ['1h', 1, 'h', 'Last hour'],
  ['6h', 6, 'h', 'Last 6 hours'],
  ['24h', 24, 'h', 'Last 24 hours'],
  ['7d', 7, 'd', 'Last 7 days'],
] as const

/** Chooses the times of a search by writing its `after:` and `before:`: so long ago, or from and to in the shown zone. */
export const TimeChoice = ({
  search,
  onSearch,
}: {
  readonly search: string
  readonly onSearch: (search: string) => void
}) => {
  const { zone } = useZone()
  const [isOpen, setOpen] = useState(false)
  const ago = agoOfSearch(search)
  // Times ago move with the clock; only fixed ones fill the fields.
  const range = ago === null ? rangeOfSearch(search, Date.now()) : {}
  const hasRange = range.sinceMs !== undefined || range.untilMs !== undefined
  const chosen = isOpen ? 'range' : (ago ?? (hasRange ? 'range' : 'any'))
  const choose = (value: string): void => {
    setOpen(value === 'range')
    const found = quick.find(([one]) => one === value)
    if (found)
      onSearch(
        withTimes(search, [
          { kind: 'after', negated: false, time: { kind: 'ago', amount: found[1], unit: found[2] } },
        ]),
      )
    else if (value === 'any' || ago !== null) onSearch(withTimes(search, []))
  }
  const bound = (name: 'From' | 'To', key: keyof SearchRange) => (
    <label className="flex items-center gap-1 text-small text-muted">
      {name}
      <Input
        key={`${key} ${range[key] ?? ''}`}
        type="datetime-local"
        step={1}
        defaultValue={range[key] === undefined ? '' : toZoned(range[key], zone)}
        className="w-[188px] text-small"
        onBlur={(event) => {
          const atMs = fromZoned(event.target.value, zone)
          if (atMs === (range[key] ?? null)) return
          const { [key]: _, ...rest } = range
          onSearch(withRange(search, atMs === null ? rest : { ...rest, [key]: atMs }))
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            event.currentTarget.blur()
          }
        }}
      />
    </label>
  )
  return (
    <>
      <Select aria-label="Times" quiet value={chosen} onChange={(event) => choose(event.target.value)}>
        <option value="any">Any time</option>
        {quick.map(([value, , , title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
        {ago === null || quick.some(([value]) => value === ago) ? null : (
          <option value={ago}>Last {ago}</option>
        )}
        <option value="range">From … to …</option>
      </Select>
      {chosen === 'range' ? (
        <>
          {bound('From', 'sinceMs')}
          {bound('To', 'untilMs')}
        </>
      ) : null}
    </>
  )
}
