import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'
import { LinkButton } from '../../ui/link-button.tsx'

/** To the trace of what died, which a letter without the message's headers has from its origin record. */
export const TraceLink = ({
  connection,
  trace,
}: {
  readonly connection: string
  readonly trace: NonNullable<DeadLetterDetail['trace']>
}) => (
  <LinkButton
    href={routes.trace(connection, trace.traceId)}
    {...(trace.from === 'origin'
      ? { title: 'The letter has lost its trace: the headers of the origin record name it' }
      : {})}
  >
    Open trace{trace.from === 'origin' ? ' of the origin' : ''}
  </LinkButton>
)
