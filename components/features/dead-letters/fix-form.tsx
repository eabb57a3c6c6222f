'use client'
import { type FormEvent, useId, useState } from 'react'
import { useZone } from '../../client/zone-provider.tsx'
import { fromZoned, toZoned } from '../../patterns/message-search/zoned-time.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'

export type Fix = { readonly text: string; readonly service?: string; readonly atMs: number }

/** Asks when the fix went out, and what it is: that becomes a mark, from which new deaths are counted. */
export const FixForm = ({
  service,
  isPending,
  onSet,
  onStateAlone,
  onCancel,
}: {
  /** Whose deploy it most likely is. */
  readonly service: string | null
  readonly isPending: boolean
  readonly onSet: (fix: Fix) => void
  /** Where a deployment pipeline has set the mark. */
  readonly onStateAlone?: () => void
  readonly onCancel?: () => void
}) => {
  const id = useId()
  const { zone } = useZone()
  const [text, setText] = useState('')
  const [owner, setOwner] = useState(service ?? '')
  const [at, setAt] = useState<string | null>(null)
  const atMs = at === null ? Date.now() : fromZoned(at, zone)
  const isYetToCome = atMs !== null && atMs > Date.now() + 60_000
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '' || atMs === null || isYetToCome || isPending) return
    onSet({ text: text.trim(), atMs, ...(owner.trim() === '' ? {} : { service: owner.trim() }) })
  }
  return (
    <form
      onSubmit={submit}
      aria-label="When the fix went out"
      className="mt-2 grid grid-cols-[72px_minmax(0,1fr)] items-center gap-x-3 gap-y-2"
    >
      <label htmlFor={`${id}-at`}>When</label>
      <span className="flex items-center gap-2">
        <Input
          id={`${id}-at`}
          type="datetime-local"
          step={1}
          value={at ?? toZoned(Date.now(), zone)}
          aria-invalid={atMs === null || isYetToCome}
          onChange={(event) => setAt(event.target.value)}
          suppressHydrationWarning
        />
        <Button size="small" kind="bare" onClick={() => setAt(toZoned(Date.now(), zone))}>
          Now
        </Button>
      </span>
      <label htmlFor={`${id}-text`}>What</label>
      <Input
        id={`${id}-text`}
        maxLength={200}
        placeholder="payments 1.0.2"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <label htmlFor={`${id}-service`}>Service</label>
      <Input
        id={`${id}-service`}
        maxLength={200}
        placeholder="all, when left out"
        value={owner}
        onChange={(event) => setOwner(event.target.value)}
      />
      {isYetToCome ? (
        <p role="alert" className="col-span-2 text-critical">
          That is yet to come.
        </p>
      ) : null}
      <div className="col-span-2 flex flex-wrap gap-2">
        <Button
          type="submit"
          kind="main"
          disabled={text.trim() === '' || atMs === null || isYetToCome || isPending}
        >
          Set the mark
        </Button>
        {onStateAlone ? (
          <Button disabled={isPending} onClick={onStateAlone}>
            It is marked already
          </Button>
        ) : null}
        {onCancel ? <Button onClick={onCancel}>Cancel</Button> : null}
      </div>
    </form>
  )
}
