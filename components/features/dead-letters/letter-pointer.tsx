import Link from 'next/link'
import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'

/** A record without payload: where what died stands. */
export const LetterPointer = ({
  data,
  connection,
}: {
  readonly data: DeadLetterDetail
  readonly connection: string
}) => {
  const { originTopic, originPosition } = data.letter
  const isNamed = originTopic !== null && originPosition !== null
  return (
    <p className="border-b border-line px-3 py-1.5">
      The record holds no payload: it points to{' '}
      {isNamed ? (
        <Link
          href={routes.message(connection, originTopic, originPosition)}
          className="link font-mono text-small"
        >
          {originTopic}/{originPosition}
        </Link>
      ) : (
        'a record whose position its headers do not name'
      )}
      . The headers of the message were not kept either;{' '}
      {data.origin.state === 'found'
        ? 'the origin record still has them.'
        : 'the origin record can not be read.'}
    </p>
  )
}
