'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { Fragment } from 'react'
import { endpointQuery } from '../client/call-endpoint.ts'
import { endpoints } from '../client/endpoints.ts'
import { routes } from '../client/routes.ts'
import { LinkButton } from '../ui/link-button.tsx'
import { formatDuration } from './quantity.ts'

const whys = {
  name: 'of the chain by its name',
  records: 'of the chain by the headers of its records',
  configuration: 'of the chain by an ending in spillway.yaml',
} as const

/**
 * The retry chain that a topic is of, in one line: orders → orders-retry-0 (2 s) → orders-dlt. Nothing where it is of none,
 * unless `keepsPlace`: then a line of its own says so, and nothing below moves when the answer comes.
 *
 * `<RetryChain connection="local" topic="orders-dlt" keepsPlace />`
 */
export const RetryChain = ({
  connection,
  topic,
  keepsPlace = false,
  isWaitingPage = false,
}: {
  readonly connection: string
  readonly topic: string
  readonly keepsPlace?: boolean
  /** On the page of what waits in the topic nothing leads there. */
  readonly isWaitingPage?: boolean
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showRetryChain, { params: { connection, topic } }),
    refetchInterval: 30_000,
  })
  const chain = query.data?.chain
  if (!chain)
    return keepsPlace ? (
      <p className="text-small text-muted">
        {query.data
          ? `No retry chain is known of ${topic}`
          : `Retry chain ${query.error ? 'could not be asked for' : '…'}`}
      </p>
    ) : null
  const isHere = (name: string) => name === topic
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-small">
      <span className="text-muted">Retry chain</span>
      <Name
        connection={connection}
        topic={chain.origin}
        isHere={isHere(chain.origin)}
        title="where records come from"
      />
      {chain.topics.map(({ topic: name, kind, delayMs, by }) => (
        <Fragment key={name}>
          <span aria-hidden className="text-faint">
            →
          </span>
          <Name connection={connection} topic={name} isHere={isHere(name)} title={whys[by]} />
          {kind === 'dead-letter' ? null : (
            <span className="text-muted">
              {delayMs === null ? 'delay not known' : formatDuration(delayMs)}
            </span>
          )}
          {isHere(name) && kind === 'retry' && !isWaitingPage ? (
            <LinkButton size="small" href={routes.waiting(connection, name)}>
              Requeue waiting messages…
            </LinkButton>
          ) : null}
        </Fragment>
      ))}
    </p>
  )
}

const Name = ({
  connection,
  topic,
  isHere,
  title,
}: {
  readonly connection: string
  readonly topic: string
  readonly isHere: boolean
  readonly title: string
}) =>
  isHere ? (
    <span className="font-mono font-strong" title={title}>
      {topic}
    </span>
  ) : (
    <Link href={routes.topic(connection, topic)} className="link font-mono" title={title}>
      {topic}
    </Link>
  )
