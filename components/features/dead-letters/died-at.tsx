import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import { Time } from '../../patterns/time.tsx'

const doubts = {
  header: null,
  record: null,
  origin: 'Its framework keeps the time of the original message: it died then or later',
  indexed: 'Its timestamp can not be right: this is when Spillway read it',
  unknown: 'The timestamp of the record; who wrote it does not tell when it died',
} as const satisfies Record<DeadLetterRow['deathTimeSource'], string | null>

/** When a letter died, marked where its record does not tell. */
export const DiedAt = ({
  letter,
  relative = false,
}: {
  readonly letter: Pick<DeadLetterRow, 'diedAt' | 'deathTimeSource'>
  readonly relative?: boolean
}) => {
  const doubt = doubts[letter.deathTimeSource]
  const time = <Time at={letter.diedAt} relative={relative} />
  if (doubt === null) return time
  return (
    <span title={doubt}>
      {letter.deathTimeSource === 'origin' ? '≥' : '~'} {time}
    </span>
  )
}
