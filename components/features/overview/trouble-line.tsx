'use client'
import { useRouter } from 'next/navigation'
import { useRef } from 'react'
import type { Trouble } from '#server/contracts/overview.ts'
import { routes } from '../../client/routes.ts'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { useRowKeys } from '../../patterns/use-row-keys.ts'
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

/** Problems, worst first; j and k move from one to the next, Enter opens it. */
export const TroubleList = ({
  troubles,
  connection,
}: {
  readonly troubles: readonly Trouble[]
  readonly connection: string
}) => {
  const router = useRouter()
  const body = useRef<HTMLOListElement>(null)
  const { onKeyDown } = useRowKeys({
    keys: troubles.map(({ id }) => id),
    body,
    rowPx: 58,
    selection: undefined,
    onLook: undefined,
    onOpen: (index) => {
      const trouble = troubles[index]
      if (trouble) router.push(addressOf(connection, trouble))
    },
    onMoved: () => {},
  })
  return (
    <ol ref={body} onKeyDown={onKeyDown} className="divide-y divide-line" aria-label="Problems, worst first">
      {troubles.map((trouble, index) => (
        <TroubleLine key={trouble.id} trouble={trouble} index={index} connection={connection} />
      ))}
    </ol>
  )
}

/** One problem: what, since when, the cause, the numbers, and the one next action. */
const TroubleLine = ({
  trouble,
  index,
  connection,
}: {
  readonly trouble: Trouble
  readonly index: number
  readonly connection: string
}) => (
  <li className="flex items-center focus-within:bg-hover gap-3 px-4 py-2.5">
    <Status of="severity" value={trouble.severity} iconOnly className="self-start pt-0.5" />
    <div className="min-w-0 flex-1">
      <div className="flex items-baseline gap-x-3">
        <span className="shrink-0 font-strong">{trouble.title}</span>
        {trouble.sinceMs === null ? null : (
          <span className="shrink-0 text-small text-muted">
            since <Time at={trouble.sinceMs} short />
          </span>
        )}
        <span className="min-w-0 truncate font-mono text-small text-muted" title={trouble.cause}>
          {trouble.cause}
        </span>
      </div>
      <div className="text-muted">{trouble.numbers}</div>
    </div>
    <LinkButton href={addressOf(connection, trouble)} data-row={index} tabIndex={0}>
      {trouble.link.label}
    </LinkButton>
  </li>
)
