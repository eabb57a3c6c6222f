'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { formatTerm } from '#server/contracts/message-search.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { isMissing } from '../../patterns/failed-panel.tsx'
import { LazyMessageActions } from '../../patterns/lazy-message-actions.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { MessageFacts, MessagePayloads } from '../../patterns/message-sections.tsx'
import { MessageSteps } from '../../patterns/message-steps.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

// Comes after the message itself.
const MessageHistory = dynamic(
  () => import('../../patterns/message-history.tsx').then((module) => module.MessageHistory),
  { ssr: false },
)

const sameKey = (connection: string, topic: string, text: string): string =>
  routes.topic(connection, topic, { search: formatTerm({ kind: 'key', text, negated: false }) })

/** One message: value and key decoded, headers explained, raw bytes one key away. */
export const MessageView = ({
  connection,
  topic,
  position,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showMessage, { params: { connection, topic, position } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const router = useRouter()
  const isGone = query.error !== null && isMissing(query.error)
  const traceId = query.data?.traceId ?? null
  const keyText = query.data?.key.kind === 'text' ? query.data.key.text : null
  return (
    <PageShell
      title={`${topic} ${position}`}
      mono
      actions={
        <>
          {isGone ? null : <LazyMessageActions connection={connection} topic={topic} position={position} />}
          {keyText === null ? null : (
            <LinkButton href={sameKey(connection, topic, keyText)}>Same key</LinkButton>
          )}
          {traceId === null ? null : (
            <LinkButton href={routes.trace(connection, traceId)}>Open trace</LinkButton>
          )}
        </>
      }
    >
      <MessageSteps
        connection={connection}
        topic={topic}
        position={position}
        hasKey={isGone ? null : query.data?.key.kind !== 'null'}
        byPosition
        onGo={(next) => router.push(routes.message(connection, topic, next))}
      />
      <QueryPanel
        query={query}
        list={listLinks.messages(connection, topic)}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,3fr) minmax(0,2fr)"
            sections={[
              [
                ['Value', 12],
                ['Key', 2],
              ],
              [
                ['Record', 7],
                ['Headers', 4],
              ],
            ]}
          />
        }
      >
        {(message) => (
          <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-3 max-[1100px]:grid-cols-1">
            <MessagePayloads connection={connection} message={message} />
            <MessageFacts message={message} />
          </div>
        )}
      </QueryPanel>
      <MessageHistory connection={connection} topic={topic} position={position} />
    </PageShell>
  )
}
