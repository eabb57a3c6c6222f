'use client'
import { type FormEvent, useId, useState } from 'react'
import type { DecidedLetters } from '#server/contracts/letter-decisions.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { type LetterChoice, useDecideLetters } from './use-decide-letters.ts'

const words = {
  discard: {
    verb: 'Discard',
    effect:
      'They are not wanted any more. Replays leave them out; they stay in their topic until retention deletes them.',
    ofOne:
      'It is not wanted any more. Replays leave it out; it stays in its topic until retention deletes it.',
  },
  archive: {
    verb: 'Archive',
    effect: 'They were dealt with elsewhere. Replays leave them out; they stay in their topic.',
    ofOne: 'It was dealt with elsewhere. Replays leave it out; it stays in its topic.',
  },
} as const

/** Asks why letters are put away, and does it. */
export const DecideForm = ({
  connection,
  decision,
  choice,
  count,
  onDone,
  onCancel,
}: {
  readonly connection: string
  readonly decision: keyof typeof words
  readonly choice: LetterChoice
  readonly count: number
  readonly onDone: (decided: DecidedLetters) => void
  readonly onCancel: () => void
}) => {
  const id = useId()
  const [reason, setReason] = useState('')
  const decide = useDecideLetters(connection)
  const { verb, effect, ofOne } = words[decision]
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (reason.trim() !== '' && !decide.isPending)
      decide.mutate({ ...choice, decision, reason: reason.trim() }, { onSuccess: onDone })
  }
  return (
    <form
      onSubmit={submit}
      aria-label={`${verb} letters`}
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-raised px-3 py-2"
    >
      <label htmlFor={`${id}-reason`} className="font-strong">
        Why?
      </label>
      <Input
        id={`${id}-reason`}
        autoFocus
        maxLength={500}
        placeholder={count === 1 ? 'shown wherever this letter is' : 'shown wherever these letters are'}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        className="min-w-48 flex-1"
      />
      <Button type="submit" kind="main" disabled={reason.trim() === '' || decide.isPending}>
        {verb} {formatCount(count)}
      </Button>
      <Button onClick={onCancel}>Cancel</Button>
      <p className="w-full text-small text-muted">{count === 1 ? ofOne : effect}</p>
      <ProblemLine error={decide.error} className="w-full" />
    </form>
  )
}
