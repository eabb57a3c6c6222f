'use client'
import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

const hourMs = 3_600_000
const times = [
  [hourMs, 'in 1 hour'],
  [24 * hourMs, 'in 1 day'],
  [7 * 24 * hourMs, 'in 1 week'],
  [30 * 24 * hourMs, 'in 30 days'],
] as const

/** Asks what brings a muted group back: more letters than a number, a letter after a time, or either. */
export const MuteForm = ({
  count,
  isPending,
  onMute,
  onCancel,
}: {
  /** Letters by now. */
  readonly count: number
  readonly isPending: boolean
  readonly onMute: (mute: { readonly pastLetters: number | null; readonly untilMs: number | null }) => void
  readonly onCancel: () => void
}) => {
  const id = useId()
  const [past, setPast] = useState(String(count * 2))
  const [restMs, setRestMs] = useState(0)
  const letters = past.trim() === '' ? null : Number(past)
  const isTooFew = letters !== null && (!Number.isSafeInteger(letters) || letters < count)
  const isSet = letters !== null || restMs > 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isSet && !isTooFew && !isPending)
      onMute({ pastLetters: letters, untilMs: restMs > 0 ? Date.now() + restMs : null })
  }
  return (
    <form
      onSubmit={submit}
      aria-label="Mute"
      className="mt-2 grid grid-cols-[minmax(0,1fr)_112px] items-center gap-x-3 gap-y-2"
    >
      <label htmlFor={`${id}-past`}>Comes back with more letters than</label>
      <Input
        id={`${id}-past`}
        inputMode="numeric"
        placeholder="any number"
        value={past}
        aria-invalid={isTooFew}
        onChange={(event) => setPast(event.target.value)}
      />
      <label htmlFor={`${id}-rest`}>or with a letter that comes after</label>
      <Select id={`${id}-rest`} value={restMs} onChange={(event) => setRestMs(Number(event.target.value))}>
        <option value={0}>no time</option>
        {times.map(([ms, title]) => (
          <option key={ms} value={ms}>
            {title}
          </option>
        ))}
      </Select>
      {isTooFew ? (
        <p role="alert" className="col-span-2 text-critical">
          A whole number of at least {count}: so many letters there are by now.
        </p>
      ) : null}
      <div className="col-span-2 flex gap-2">
        <Button type="submit" kind="main" disabled={!isSet || isTooFew || isPending}>
          Mute
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}
