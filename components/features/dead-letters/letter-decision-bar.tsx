'use client'
import { useState } from 'react'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { DecideForm } from './decide-form.tsx'
import { type Decided, DecidedNotice } from './decided-notice.tsx'
import { type LetterChoice, seenOf, useDecideLetters } from './use-decide-letters.ts'

type Props = {
  readonly connection: string
  readonly chosen: ReadonlySet<string>
  readonly rows: readonly DeadLetterRow[]
  /** All letters that the list stands for, how to name them to the server, and when they were looked at. */
  readonly all: LetterChoice & { readonly count: number }
  readonly onChooseNone: () => void
}

/** What can be decided about the chosen letters, or about all that fit the filter: discard, archive, restore. */
export const LetterDecisionBar = ({ connection, chosen, rows, all, onChooseNone }: Props) => {
  const [asked, setAsked] = useState<'discard' | 'archive' | null>(null)
  const [isAll, setAll] = useState(false)
  const [decided, setDecided] = useState<Decided | null>(null)
  const restore = useDecideLetters(connection)
  const end = (made: Decided): void => {
    setDecided(made)
    setAsked(null)
    setAll(false)
    onChooseNone()
  }
  const takesAll = isAll && chosen.size > 0
  const count = takesAll ? all.count : chosen.size
  const byHand = rows.filter(({ id }) => chosen.has(id))
  const choice: LetterChoice = takesAll
    ? { selection: all.selection, seenAuditId: all.seenAuditId }
    : { selection: { letterIds: [...chosen] }, seen: seenOf(byHand) }
  const away = byHand.filter(({ disposition }) => disposition !== null).length
  const mayBeMore = rows.length < all.count && chosen.size === rows.length
  return (
    <>
      {decided === null ? null : (
        <DecidedNotice
          connection={connection}
          decided={decided}
          onUndone={setDecided}
          onClose={() => setDecided(null)}
        />
      )}
      {chosen.size === 0 ? null : asked === null ? (
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
          <span className="text-muted">
            {takesAll ? `All ${formatCount(count)} that fit are chosen` : `${formatCount(count)} chosen`}
          </span>
          {mayBeMore && !takesAll ? (
            <Button size="small" kind="bare" onClick={() => setAll(true)}>
              Choose all {formatCount(all.count)} that fit
            </Button>
          ) : null}
          <Button size="small" onClick={() => setAsked('discard')}>
            Discard {formatCount(count)}…
          </Button>
          <Button size="small" onClick={() => setAsked('archive')}>
            Archive {formatCount(count)}…
          </Button>
          {away > 0 ? (
            <Button
              size="small"
              disabled={restore.isPending}
              onClick={() =>
                restore.mutate(
                  { ...choice, decision: 'restore' },
                  { onSuccess: (answer) => end({ ...answer, decision: 'restore' }) },
                )
              }
            >
              Restore {takesAll ? 'all of them' : formatCount(away)}
            </Button>
          ) : null}
          {restore.error ? (
            <span role="alert" className="text-critical">
              {problemOfError(restore.error).title}: {problemOfError(restore.error).detail}
            </span>
          ) : null}
        </div>
      ) : (
        <DecideForm
          key={asked}
          connection={connection}
          decision={asked}
          choice={choice}
          count={count}
          onDone={(answer) => end({ ...answer, decision: asked })}
          onCancel={() => setAsked(null)}
        />
      )}
    </>
  )
}
