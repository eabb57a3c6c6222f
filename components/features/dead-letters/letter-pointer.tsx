import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { LetterOriginLink } from './letter-origin-link.tsx'

/** A record without payload: where what died stands. */
export const LetterPointer = ({
  data,
  connection,
}: {
  readonly data: DeadLetterDetail
  readonly connection: string
}) => (
  <p className="border-b border-line px-3 py-1.5">
    The record holds no payload: it points to{' '}
    <LetterOriginLink
      letter={data.letter}
      connection={connection}
      otherwise="a record whose position its headers do not name"
    />
    . The headers of the message were not kept either;{' '}
    {data.origin.state === 'found'
      ? 'the origin record still has them.'
      : 'the origin record can not be read.'}
  </p>
)
