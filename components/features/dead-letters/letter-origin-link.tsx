import Link from 'next/link'
import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'

/** The record that a letter without payload points to; `otherwise` where its position is not told. */
export const LetterOriginLink = ({
  letter: { originTopic, originPosition },
  connection,
  otherwise,
}: {
  readonly letter: DeadLetterDetail['letter']
  readonly connection: string
  readonly otherwise: string
}) =>
  originTopic === null || originPosition === null ? (
    otherwise
  ) : (
    <Link
      href={routes.message(connection, originTopic, originPosition)}
      className="link font-mono text-small"
    >
      {originTopic}/{originPosition}
    </Link>
  )
