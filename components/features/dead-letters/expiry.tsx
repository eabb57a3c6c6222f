'use client'
import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { formatDuration } from '../../patterns/quantity.ts'
import { useNow } from '../../patterns/use-now.ts'

const hourMs = 3_600_000

/** How urgent it is to act before messages are lost: coloured only when near. */
const toneOf = (leftMs: number): string =>
  leftMs < 6 * hourMs ? 'font-strong text-critical' : leftMs < 24 * hourMs ? 'text-warning' : ''

const sayLeft = (leftMs: number): string =>
  leftMs <= 0
    ? 'gone'
    : leftMs < 60_000
      ? 'less than 1 min'
      : formatDuration(Math.floor(leftMs / 60_000) * 60_000)

/** When the first letter of a failure group can not be sent again any more, and what of letter and origin goes when. */
export const Expiry = ({
  group: { unrecoverableAt, firstExpiresAt, originExpiresAt, isPointer, isKept },
}: {
  readonly group: Pick<
    FailureGroupRow,
    'unrecoverableAt' | 'firstExpiresAt' | 'originExpiresAt' | 'isPointer' | 'isKept'
  >
}) => {
  const now = useNow()
  const say = (at: number | null): string => (at === null || now === 0 ? '–' : sayLeft(at - now))
  const left = unrecoverableAt === null || now === 0 ? null : unrecoverableAt - now
  const parts = `letter ${say(firstExpiresAt)} · origin ${say(originExpiresAt)}`
  const meaning = isPointer
    ? 'Its letters hold no payload: they can be replayed until they or their origin records are deleted.'
    : 'A letter can be replayed until it is deleted; after that the record that died is, where the letter has told which and when it was written.'
  const keeping = isKept
    ? ' Spillway keeps letters, byte by byte, before they are deleted, as spillway.yaml says (keepExpiring), while there is room; what is too large or found no room is not kept.'
    : ''
  return (
    <span
      className="block min-w-0"
      suppressHydrationWarning
      title={`${meaning}${keeping} The first ${parts.replace(' · ', ', the first ')}, which is counted from the death where its letter does not tell its age, and may be sooner then; – is never, or not known.`}
    >
      <span
        className={`block truncate ${left === null ? 'text-faint' : toneOf(left)}`}
        suppressHydrationWarning
      >
        {left === null
          ? unrecoverableAt !== null
            ? ''
            : isKept
              ? 'kept before deletion'
              : 'no end known'
          : left <= 0
            ? 'unrecoverable now'
            : `${isKept && !isPointer ? 'not kept: ' : ''}unrecoverable ${isPointer ? 'within' : 'in'} ${sayLeft(left)}`}
      </span>
      <span className="block truncate text-small text-muted" suppressHydrationWarning>
        {parts}
      </span>
    </span>
  )
}
