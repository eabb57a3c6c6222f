import type { Trouble } from '#server/contracts/overview.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { Status } from '../../patterns/status.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

const addressOf = (connection: string, { link }: Trouble): string => {
  switch (link.noun) {
    case 'failure-group':
      return routes.failureGroup(connection, link.id)
    case 'group':
      return routes.group(connection, link.id)
    case 'topic':
      return routes.topic(connection, link.id)
    case 'traces':
      return routes.traces(connection, { errors: 'true' })
    case 'connection':
      return routes.connection(connection)
  }
}

/** One problem: what, since when, the cause, the numbers, and the one next action. */
export const TroubleLine = ({
  trouble,
  connection,
}: {
  readonly trouble: Trouble
  readonly connection: string
}) => (
  <li className="flex items-center gap-3 px-4 py-2.5">
    <Status of="severity" value={trouble.severity} iconOnly className="self-start pt-0.5" />
    <div className="min-w-0 flex-1">
      <div className="flex items-baseline gap-x-3">
        <span className="shrink-0 font-strong">{trouble.title}</span>
        {trouble.sinceMs === null ? null : (
          <span className="shrink-0 text-small text-muted">
            since <Ago at={trouble.sinceMs} suffix="" />
          </span>
        )}
        <span className="min-w-0 truncate font-mono text-small text-muted" title={trouble.cause}>
          {trouble.cause}
        </span>
      </div>
      <div className="text-muted">{trouble.numbers}</div>
    </div>
    <LinkButton href={addressOf(connection, trouble)}>{trouble.link.label}</LinkButton>
  </li>
)
