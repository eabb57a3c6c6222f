'use client'
import { TextSearch } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useCallback } from 'react'
import type { MessageRow } from '#server/contracts/messages.ts'
import { routes } from '../../client/routes.ts'
import { usePushedStates } from '../../client/use-pushed-states.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { LazyMessagePanel } from './lazy-message-panel.tsx'
import { manySearch } from './many-address.ts'
import { manyColumns } from './many-columns.tsx'
import { MessageFinder } from './message-finder.tsx'
import { TopicChoice } from './topic-choice.tsx'
import { readTopicSet, topicSetWords, writeTopicSet } from './topic-set.ts'

/** One value in many topics: a search over a set of topics, or all, as one timeline; or what comes to them, live. */
export const ManyMessagesView = ({ connection }: { readonly connection: string }) => {
  const [looked, setLooked] = useQueryState('message', parseAsString)
  const [{ topics: topicText, search }, setSearch] = usePushedStates(manySearch)
  const topics = readTopicSet(topicText)
  const what = topicSetWords(topics)
  const columnsOf = useCallback(
    (rows: readonly MessageRow[] | null) => manyColumns(connection, rows),
    [connection],
  )
  // No topic’s name holds a slash.
  const [lookedTopic, lookedPosition] = looked?.split('/') ?? []
  return (
    <PageShell title="Search messages" meta={<span>One value in {what}, as one timeline</span>}>
      <MessageFinder
        connection={connection}
        topics={writeTopicSet(topics)}
        search={search}
        isAsked={search !== ''}
        onSearch={(next) => void setSearch({ search: next }, { history: 'push' })}
        columnsOf={columnsOf}
        rowHref={({ topic, position }) => routes.message(connection, topic, position)}
        looked={looked}
        onLook={(key) => void setLooked(key)}
        onClear={() => void setSearch({ search: '' }, { history: 'push' })}
        clearWords="Clear the search"
        choice={
          <TopicChoice
            connection={connection}
            topics={topics}
            onChoose={(next) =>
              void setSearch({ topics: next === null ? null : writeTopicSet(next) }, { history: 'push' })
            }
          />
        }
      >
        <div className="overflow-hidden rounded-base border border-line bg-panel">
          <PanelMessage
            testId="empty"
            icon={TextSearch}
            title="What are you looking for?"
            text={
              <>
                Type a key, a header or any text: <code className="font-mono">order-4711</code>,{' '}
                <code className="font-mono">header:tenant=acme</code>. It is looked for in {what}, and what is
                found stands in one timeline. A range of the histogram, or a time, makes it quicker.
              </>
            }
          />
        </div>
      </MessageFinder>
      {lookedTopic === undefined || lookedPosition === undefined ? null : (
        <LazyMessagePanel
          connection={connection}
          topic={lookedTopic}
          position={lookedPosition}
          onGo={(position) => void setLooked(`${lookedTopic}/${position}`)}
          onClose={() => void setLooked(null)}
        />
      )}
    </PageShell>
  )
}
