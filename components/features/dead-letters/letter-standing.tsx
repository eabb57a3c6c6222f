'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import type { Decided } from './decided-notice.tsx'
import { seenOf, useDecideLetters } from './use-decide-letters.ts'

// Loaded when somebody decides something: a page opens without it.
const DecideForm = dynamic(() => import('./decide-form.tsx').then((module) => module.DecideForm), {
  ssr: false,
})
const DecidedNotice = dynamic(() => import('./decided-notice.tsx').then((module) => module.DecidedNotice), {
  ssr: false,
})

/** What was decided about a letter, by whom and why, or the ways to decide. */
export const LetterStanding = ({
  connection,
  letter,
  isLost,
}: {
  readonly connection: string
  readonly letter: DeadLetterRow
  /** It can not be replayed: neither it nor its origin holds the message any more. */
  readonly isLost: boolean
}) => {
  const [asked, setAsked] = useState<'discard' | 'archive' | null>(null)
  const [decided, setDecided] = useState<Decided | null>(null)
  const restore = useDecideLetters(connection)
  const { disposition, id } = letter
  const choice = { selection: { letterIds: [id] }, seen: seenOf([letter]) }
  return (
    <section
      aria-label="Decision"
      className="min-w-0 overflow-hidden rounded-base border border-line bg-panel [&>:last-child]:border-b-0"
    >
      {decided === null || (decided.left.length === 0 && decided.decision !== 'restore') ? null : (
        <DecidedNotice
          connection={connection}
          decided={decided}
          onUndone={setDecided}
          onClose={() => setDecided(null)}
        />
      )}
      {disposition === null ? (
        asked === null ? (
          <div className="flex flex-wrap items-center gap-2 px-3 py-1.5">
            <span className="text-muted">
              {isLost ? 'It can not be replayed: its message is gone.' : 'Not to be replayed?'}
            </span>
            <Button size="small" onClick={() => setAsked('discard')}>
              Discard…
            </Button>
            <Button size="small" onClick={() => setAsked('archive')}>
              Archive…
            </Button>
          </div>
        ) : (
          <DecideForm
            key={asked}
            connection={connection}
            decision={asked}
            choice={choice}
            count={1}
            onDone={(answer) => {
              setDecided({ ...answer, decision: asked })
              setAsked(null)
            }}
            onCancel={() => setAsked(null)}
          />
        )
      ) : (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
          <Status of="disposition" value={disposition.kind} />
          <span className="min-w-0 wrap-anywhere">
            by {disposition.actor} <Time at={disposition.atMs} short relative /> because: {disposition.reason}
          </span>
          <span className="text-muted">Replays leave it out.</span>
          <Button
            size="small"
            disabled={restore.isPending}
            onClick={() =>
              restore.mutate(
                { ...choice, decision: 'restore' },
                { onSuccess: (answer) => setDecided({ ...answer, decision: 'restore' }) },
              )
            }
          >
            Restore
          </Button>
        </div>
      )}
      <ProblemLine error={restore.error} className="px-3 py-1.5" />
    </section>
  )
}
