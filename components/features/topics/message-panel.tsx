'use client'
import { useQuery } from '@tanstack/react-query'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { isMissing } from '../../patterns/failed-panel.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { MessageActions } from '../../patterns/message-actions.tsx'
import { MessageFacts, MessagePayloads } from '../../patterns/message-sections.tsx'
import { MessageSteps } from '../../patterns/message-steps.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SidePanel } from '../../patterns/side-panel.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

/** One message beside the list of its topic. */
export const MessagePanel = ({
  connection,
  topic,
  position,
  onGo,
  onClose,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
  /** Another message of the topic is looked at instead. */
  readonly onGo: (position: string) => void
  readonly onClose: () => void
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showMessage, { params: { connection, topic, position } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const isGone = query.error !== null && isMissing(query.error)
  return (
    <SidePanel
      title={topic}
      place={position}
      mono
      href={routes.message(connection, topic, position)}
      onClose={onClose}
    >
      <div className="flex flex-wrap items-start gap-2 pb-2">
        {isGone ? null : <MessageActions connection={connection} topic={topic} position={position} />}
        <MessageSteps
          connection={connection}
          topic={topic}
          position={position}
          hasKey={isGone ? null : query.data?.key.kind !== 'null'}
          onGo={onGo}
        />
      </div>
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={16} />}>
        {(message) => (
          <div className="flex flex-col gap-3">
            {message.traceId === null ? null : (
              <div className="flex gap-2">
                <LinkButton href={routes.trace(connection, message.traceId)}>Open trace</LinkButton>
              </div>
            )}
            <MessagePayloads connection={connection} message={message} />
            <MessageFacts message={message} />
          </div>
        )}
      </QueryPanel>
    </SidePanel>
  )
}
