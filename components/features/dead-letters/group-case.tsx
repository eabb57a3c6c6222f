'use client'
import { type FormEvent, useRef, useState } from 'react'
import { findChoice, settableGroupStates } from '#server/contracts/choices.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { commands } from '../../client/commands.ts'
import { useHotkey } from '../../client/use-hotkey.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { statuses } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { FixForm } from './fix-form.tsx'
import { MuteForm } from './mute-form.tsx'
import { useChangeGroup } from './use-change-group.ts'

/** State of a failure group, what ends its rest, how it came back, and who works on it. */
export const GroupCase = ({
  data,
  connection,
}: {
  readonly data: FailureGroupDetail
  readonly connection: string
}) => {
  const change = useChangeGroup(connection, data.id)
  const select = useRef<HTMLSelectElement>(null)
  const [asked, setAsked] = useState<'muted' | 'fix-out' | null>(null)
  const [typed, setTyped] = useState('')
  useHotkey(commands['group-state'].keys, () => select.current?.focus())
  // What was chosen stands until the group is read anew: it would fall back to the old state for that time.
  const chosen =
    change.isPending && change.variables !== undefined && 'state' in change.variables
      ? change.variables.state.state
      : data.state
  const done = { onSuccess: () => setAsked(null) }
  const choose = (value: string): void => {
    const state = findChoice(settableGroupStates, value)
    const isAsking = state === 'muted' || state === 'fix-out'
    setAsked(isAsking ? state : null)
    if (state !== undefined && !isAsking) change.mutate({ state: { state } })
  }
  const assign = (event: FormEvent): void => {
    event.preventDefault()
    if (typed.trim() === '' || change.isPending) return
    change.mutate({ assignee: typed.trim() }, { onSuccess: () => setTyped('') })
  }
  return (
    <Section
      title="State"
      aside={
        data.stateAt === null || data.stateBy === null ? null : (
          <span className="truncate">
            by {data.stateBy} at <Time at={data.stateAt} short />
          </span>
        )
      }
    >
      {data.regression === null ? null : (
        <p className="mb-2 rounded-base border border-critical-line bg-critical-bg px-2 py-1 text-critical">
          {data.regression.because === 'restored' ? 'Open again' : 'Regressed'}{' '}
          <Time at={data.regression.atMs} short />: was {data.regression.was}
          {data.regression.by === null ? null : ` by ${data.regression.by}`}
          {data.regression.sinceMs === null ? null : (
            <>
              {' '}
              at <Time at={data.regression.sinceMs} short />
            </>
          )}
          {data.regression.because === 'restored' ? ', letters were restored' : null}.
        </p>
      )}
      <div className="grid grid-cols-[72px_minmax(0,1fr)] items-center gap-x-3 gap-y-2">
        <label htmlFor="group-state">State</label>
        <Select
          id="group-state"
          ref={select}
          title={`Change the state (${commands['group-state'].keys})`}
          value={asked ?? chosen}
          disabled={change.isPending}
          onChange={(event) => choose(event.target.value)}
          className="justify-self-start"
        >
          {data.state === 'replaying' ? (
            <option value="replaying" disabled>
              {statuses.failureGroup.replaying.label}
            </option>
          ) : null}
          {settableGroupStates.map((one) => (
            <option key={one} value={one}>
              {statuses.failureGroup[one].label}
            </option>
          ))}
        </Select>
        <label htmlFor="group-assignee">Assignee</label>
        {data.assignee === null ? (
          <form onSubmit={assign} className="flex min-w-0 gap-2">
            <Input
              id="group-assignee"
              maxLength={200}
              placeholder="nobody"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="w-full min-w-0"
            />
            <Button type="submit" disabled={typed.trim() === '' || change.isPending}>
              Assign
            </Button>
          </form>
        ) : (
          <span className="flex min-w-0 items-center gap-2">
            <span id="group-assignee" className="truncate font-strong">
              {data.assignee}
            </span>
            <Button
              size="small"
              kind="bare"
              disabled={change.isPending}
              onClick={() => change.mutate({ assignee: null })}
            >
              Release
            </Button>
          </span>
        )}
      </div>
      {data.mute === null ? null : (
        <p className="mt-2 text-muted">
          Comes back
          {data.mute.pastLetters === null
            ? null
            : ` with more than ${sayMany(data.mute.pastLetters, 'letter')}`}
          {data.mute.pastLetters !== null && data.mute.untilMs !== null ? ', or' : null}
          {data.mute.untilMs === null ? null : (
            <>
              {' '}
              with a letter after <Time at={data.mute.untilMs} short />
            </>
          )}
          .
        </p>
      )}
      {asked === 'muted' ? (
        <MuteForm
          count={data.count}
          isPending={change.isPending}
          onMute={(mute) => change.mutate({ state: { state: 'muted', mute } }, done)}
          onCancel={() => setAsked(null)}
        />
      ) : null}
      {asked === 'fix-out' ? (
        <FixForm
          service={data.group}
          isPending={change.isPending}
          onSet={(fix) => change.mutate({ state: { state: 'fix-out', fix } }, done)}
          onStateAlone={() => change.mutate({ state: { state: 'fix-out' } }, done)}
          onCancel={() => setAsked(null)}
        />
      ) : null}
      <ProblemLine error={change.error} className="mt-2" />
    </Section>
  )
}
