'use client'
import { parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useCallback } from 'react'
import { routes } from '../../client/routes.ts'
import { BrowsedMessages } from './browsed-messages.tsx'
import { LazyMessagePanel } from './lazy-message-panel.tsx'
import { messageColumns } from './message-columns.tsx'
import { MessageFinder } from './message-finder.tsx'
import { searchWays } from './topic-address.ts'

/** The newest messages of a topic, or those that fit a search, as they are found. */
export const MessagesPanel = ({
  connection,
  topic,
  search,
  onSearch,
}: {
  readonly connection: string
  readonly topic: string
  readonly search: string
  readonly onSearch: (search: string) => void
}) => {
  const [looked, setLooked] = useQueryState('message', parseAsString)
  const [{ order, isolation }] = useQueryStates(searchWays)
  const columnsOf = useCallback(() => messageColumns(connection), [connection])
  return (
    <>
      <MessageFinder
        connection={connection}
        topics={topic}
        search={search}
        isAsked={search !== '' || order !== 'newest' || isolation !== 'committed'}
        onSearch={onSearch}
        columnsOf={columnsOf}
        rowHref={({ position }) => routes.message(connection, topic, position)}
        looked={looked === null ? null : `${topic}/${looked}`}
        onLook={(key) => void setLooked(key.slice(topic.length + 1))}
        onClear={() => onSearch('')}
      >
        <BrowsedMessages
          connection={connection}
          topic={topic}
          looked={looked}
          onLook={(position) => void setLooked(position)}
        />
      </MessageFinder>
      {looked === null ? null : (
        <LazyMessagePanel
          connection={connection}
          topic={topic}
          position={looked}
          onGo={(position) => void setLooked(position)}
          onClose={() => void setLooked(null)}
        />
      )}
    </>
  )
}
