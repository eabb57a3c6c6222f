'use client'
import { useState } from 'react'
import type { CanaryStep, ReplayControl } from '#server/contracts/replay-control.ts'
import type { ReplaySummary } from '#server/contracts/replays.ts'
import { formatCount, formatDuration, sayMany } from '../../patterns/quantity.ts'
import { Status, statuses } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { ContinueDialog } from './continue-dialog.tsx'

type Canary = NonNullable<ReplayControl['canary']>

/** The steps of a canary in their order: what became of each, and what the open one waits for. */
export const CanaryStrip = ({
  replay,
  canary,
  connection,
}: {
  readonly replay: ReplaySummary
  readonly canary: Canary
  readonly connection: string
}) => {
  const [isAsking, setAsking] = useState(false)
  const open = canary.steps[canary.open]
  const canContinue =
    (replay.state === 'running' || replay.state === 'paused') &&
    (open?.state === 'waiting' || open?.state === 'held') &&
    canary.unproven.length > 0
  const rest = replay.total - 26
  return (
    <div className="mt-3" data-canary>
      <ol
        aria-label="Steps of the canary"
        className="grid grid-cols-4 gap-px overflow-hidden rounded-small border border-line bg-line"
      >
        {canary.steps.map((step, index) => (
          <li
            key={step.size ?? 'rest'}
            data-step={step.state}
            aria-current={index === canary.open && step.state !== 'settled' ? 'step' : undefined}
            className={`min-w-0 px-2.5 py-1.5 ${index === canary.open ? 'bg-selected' : 'bg-panel'}`}
          >
            <div className="flex flex-wrap items-center justify-between gap-x-2">
              <span className="font-strong">
                {step.size === null
                  ? `the rest${rest > 0 ? `, ${formatCount(rest)}` : ''}`
                  : formatCount(step.size)}
              </span>
              <Status of="canaryStep" value={step.state} />
            </div>
            <p className="text-small text-muted">{stepWords(step)}</p>
            {step.continued === null ? null : (
              <p className="text-small text-warning">
                {step.continued.by} went on at <Time at={step.continued.at} short />: “{step.continued.reason}
                ”. {unprovenWords(step.continued.unproven)} then.
              </p>
            )}
          </li>
        ))}
      </ol>
      {canContinue ? (
        <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
          <span role="status">
            <WaitWords canary={canary} />
          </span>
          <Button size="small" onClick={() => setAsking(true)}>
            Continue now…
          </Button>
        </p>
      ) : null}
      {isAsking ? (
        <ContinueDialog
          connection={connection}
          replay={replay}
          canary={canary}
          unproven={unprovenWords(canary.unproven)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  )
}

const countsOf = (counts: CanaryStep['outcomes']): string =>
  counts
    .map(({ outcome, count }) => `${formatCount(count)} ${statuses.outcome[outcome].label.toLowerCase()}`)
    .join(', ')

const stepWords = ({ outcomes, state }: CanaryStep): string =>
  state === 'closed' || outcomes.length === 0 ? 'nothing sent yet' : countsOf(outcomes)

/** What is not proven of a step: “4 copies are consumed but not settled, 1 is unknown”. */
export const unprovenWords = (unproven: CanaryStep['outcomes']): string => {
  const of = {
    CONSUMED: 'consumed but not settled',
    SENT: 'sent but not consumed',
    RETRYING: 'in a retry topic',
  } as const
  return unproven
    .map(({ outcome, count }, index) => {
      const what =
        outcome in of ? of[outcome as keyof typeof of] : statuses.outcome[outcome].label.toLowerCase()
      return `${formatCount(count)} ${index > 0 ? '' : count === 1 ? 'copy ' : 'copies '}${count === 1 ? 'is' : 'are'} ${what}`
    })
    .join(', ')
}

const WaitWords = ({ canary }: { readonly canary: Canary }) => {
  const { unproven, expectedEnd, steps, open, quietMs } = canary
  const count = unproven.reduce((sum, one) => sum + one.count, 0)
  const copies = sayMany(count, 'copy', 'copies')
  if (steps[open]?.state === 'held')
    return (
      <span className="text-warning">
        Held: {unprovenWords(unproven)}. What is unknown or failed will not settle by itself: look at it, then
        continue or stop.
      </span>
    )
  return (
    <>
      Waits for {copies} to settle
      {expectedEnd === null ? (
        `: ${unprovenWords(unproven)}, and when that ends is not known`
      ) : (
        <>
          , expected {expectedEnd.isEarliest ? 'at' : 'by'} <Time at={expectedEnd.at} short />
          {expectedEnd.isEarliest ? ' at the earliest: the group has not consumed all of them yet' : ''}
        </>
      )}
      . Settled is what was not seen dead again for {formatDuration(quietMs)}.
    </>
  )
}
