'use client'
import { type FormEvent, useRef, useState } from 'react'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { commands } from '../../client/commands.ts'
import { useHotkey } from '../../client/use-hotkey.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { Button } from '../../ui/button.tsx'
import { useChangeGroup } from './use-change-group.ts'

const shown = 6
const leads = { state: 'State: ', assignee: '', note: '', regression: '', letters: '', grouping: '' } as const

/** Notes of a failure group among what was done to it, newest first. */
export const GroupHistory = ({
  data,
  connection,
}: {
  readonly data: FailureGroupDetail
  readonly connection: string
}) => {
  const change = useChangeGroup(connection, data.id)
  const field = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const [isWhole, setWhole] = useState(false)
  useHotkey(commands['group-note'].keys, () => field.current?.focus())
  const add = (event?: FormEvent): void => {
    event?.preventDefault()
    if (text.trim() !== '' && !change.isPending)
      change.mutate({ note: text.trim() }, { onSuccess: () => setText('') })
  }
  const events = isWhole ? data.events : data.events.slice(0, shown)
  return (
    <Section title="Notes">
      <form onSubmit={add} className="flex flex-col items-start gap-2">
        <textarea
          ref={field}
          aria-label="Note"
          title={`Write a note (${commands['group-note'].keys}); Ctrl+Enter adds it`}
          placeholder="What is known, what was tried"
          value={text}
          rows={2}
          maxLength={4_000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) add()
          }}
          className="block w-full resize-y rounded-base border border-line-strong bg-panel p-2 placeholder:text-faint"
        />
        <Button type="submit" size="small" disabled={text.trim() === '' || change.isPending}>
          Add note
        </Button>
      </form>
      <ProblemLine error={change.error} className="mt-2" />
      {events.length === 0 ? (
        <p className="mt-2 text-muted">Nobody has done or noted anything yet.</p>
      ) : (
        <ul aria-label="What was done" className="mt-2 flex flex-col gap-1.5">
          {events.map(({ id, atMs, actor, kind, text: what }) => (
            <li key={id}>
              <div className="text-small text-muted">
                <Time at={atMs} short /> {actor}
              </div>
              <div
                className={
                  kind === 'note'
                    ? 'whitespace-pre-wrap wrap-anywhere'
                    : 'text-small wrap-anywhere text-muted'
                }
              >
                {leads[kind]}
                {kind === 'note' ? what : <TimedText text={what} />}
              </div>
            </li>
          ))}
        </ul>
      )}
      {data.events.length > shown ? (
        <Button size="small" kind="bare" className="mt-1" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show ${data.events.length - shown} older`}
        </Button>
      ) : null}
    </Section>
  )
}
