'use client'
import type { LetterDecision } from '#server/contracts/choices.ts'
import type { DecidedLetters } from '#server/contracts/letter-decisions.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { sayLeft } from './letter-decision-words.ts'
import { useDecideLetters } from './use-decide-letters.ts'

const done = { discard: 'discarded', archive: 'archived', restore: 'open again' } as const

export type Decided = DecidedLetters & { readonly decision: LetterDecision }

/** What was just decided, with the way back. */
export const DecidedNotice = ({
  connection,
  decided,
  onUndone,
  onClose,
}: {
  readonly connection: string
  readonly decided: Decided
  readonly onUndone: (undone: Decided) => void
  readonly onClose: () => void
}) => {
  const undo = useDecideLetters(connection)
  const { decision, letterIds, left } = decided
  const count = letterIds.length
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5"
    >
      <span>
        {count === 0
          ? 'Nothing was changed'
          : `${sayMany(count, 'letter is', 'letters are')} ${done[decision]}`}
        .{left.length === 0 ? '' : ` ${sayLeft(left)}`}
      </span>
      {decision === 'restore' || count === 0 ? null : (
        <Button
          size="small"
          disabled={undo.isPending}
          onClick={() =>
            undo.mutate(
              {
                selection: { letterIds: [...letterIds] },
                // What another has made of them since then stays.
                seen: { [done[decision]]: [...letterIds] },
                decision: 'restore',
              },
              { onSuccess: (answer) => onUndone({ ...answer, decision: 'restore' }) },
            )
          }
        >
          Undo
        </Button>
      )}
      <Button size="small" kind="bare" onClick={onClose}>
        Close
      </Button>
      <ProblemLine error={undo.error} className="w-full" />
    </div>
  )
}
