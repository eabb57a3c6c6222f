'use client'
import { TextSearch } from 'lucide-react'
import dynamic from 'next/dynamic'
import { parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useMemo, useState } from 'react'
import type { MessageRow } from '#server/contracts/messages.ts'
import { routes } from '../../client/routes.ts'
import { type SearchAsked, useMessageSearch } from '../../client/use-message-search.ts'
import { HistogramSkeleton } from '../../patterns/histogram-skeleton.tsx'
import { expressionOf } from '../../patterns/message-search/expression-words.ts'
import { MessageSearch } from '../../patterns/message-search/search-bar.tsx'
import { SearchResults } from '../../patterns/message-search/search-results.tsx'
import { SearchWays } from '../../patterns/message-search/search-ways.tsx'
import { TimeChoice } from '../../patterns/message-search/time-choice.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { withRange } from '../../patterns/search-time-range.ts'
import { Button } from '../../ui/button.tsx'
import { ExportMenu } from './export-menu.tsx'
import { FollowButton } from './follow-button.tsx'
import { manySearch } from './many-address.ts'
import { manyColumns } from './many-columns.tsx'
import { searchWays } from './topic-address.ts'
import { TopicChoice } from './topic-choice.tsx'
import { readTopicSet, topicSetWords, writeTopicSet } from './topic-set.ts'

const MessageHistogramPanel = dynamic(
  () => import('../../patterns/message-histogram.tsx').then((module) => module.MessageHistogramPanel),
  { ssr: false, loading: () => <HistogramSkeleton /> },
)
// What opens only when it is asked for comes after the page.
const SavedSearches = dynamic(() => import('./saved-searches.tsx').then((module) => module.SavedSearches), {
  ssr: false,
  loading: () => <Button disabled>Saved</Button>,
})

const TailPanel = dynamic(() => import('./tail-panel.tsx').then((module) => module.TailPanel), { ssr: false })
const ExpressionField = dynamic(() =>
  import('../../patterns/message-search/expression-field.tsx').then((module) => module.ExpressionField),
)
const MessagePanel = dynamic(() => import('./message-panel.tsx').then((module) => module.MessagePanel), {
  ssr: false,
})

const megabyte = 1_000_000
const noRows: readonly MessageRow[] = []

/** One value in many topics: a search over a set of topics, or all, as one timeline; or what comes to them, live. */
export const ManyMessagesView = ({ connection }: { readonly connection: string }) => {
  const [looked, setLooked] = useQueryState('message', parseAsString)
  const [{ topics: topicText, search }, setSearch] = useQueryStates(manySearch)
  const [{ order, isolation, budget, tail }, setWays] = useQueryStates(searchWays)
  const [isExpressionOpen, setExpressionOpen] = useState<boolean | null>(null)
  const topics = readTopicSet(topicText)
  const topicsParam = writeTopicSet(topics)
  const what = topicSetWords(topics)
  const onSearch = (next: string): void => void setSearch({ search: next })
  const asked: SearchAsked | null =
    search === '' || tail ? null : { connection, topics: topicsParam, search, order, isolation }
  const found = useMessageSearch(asked, budget === null ? undefined : budget * megabyte)
  const hasExpression = isExpressionOpen ?? expressionOf(search) !== ''
  const run = (next: string): void => (next === search && asked !== null ? found.again() : onSearch(next))
  const isRunning = found.state.status === 'running'
  const rows = asked === null ? noRows : found.state.rows
  const columns = useMemo(() => manyColumns(connection, rows), [connection, rows])
  const rowHref = ({ topic, position }: MessageRow): string => routes.message(connection, topic, position)
  // No topic’s name holds a slash.
  const [lookedTopic, lookedPosition] = looked?.split('/') ?? []
  return (
    <PageShell
      title="Search messages"
      meta={<span>One value in {what}, as one timeline</span>}
      actions={
        <>
          <SavedSearches
            connection={connection}
            current={{ topics: topicsParam, search, order, isolation }}
          />
          {tail ? null : <FollowButton onFollow={() => void setWays({ tail: true })} />}
        </>
      }
    >
      <MessageSearch search={search} onSearch={run} isSearching={isRunning} onCancel={found.cancel}>
        <TopicChoice
          connection={connection}
          topics={topics}
          onChoose={(next) => void setSearch({ topics: next === null ? null : writeTopicSet(next) })}
        />
        <SearchWays order={order} isolation={isolation} onChange={(ways) => void setWays(ways)} />
        <TimeChoice search={search} onSearch={onSearch} />
        <Button
          kind={hasExpression ? 'active' : 'bare'}
          aria-expanded={hasExpression}
          onClick={() => setExpressionOpen(!hasExpression)}
        >
          Expression
        </Button>
      </MessageSearch>
      {hasExpression ? (
        <ExpressionField connection={connection} topics={topics ?? []} search={search} onSearch={run} />
      ) : null}
      <MessageHistogramPanel
        connection={connection}
        topics={topicsParam}
        search={search}
        onSearch={onSearch}
      />
      {tail ? (
        <TailPanel
          asked={{ connection, topics: topicsParam, search: withRange(search, null), isolation }}
          what={what}
          columns={manyColumns(connection, noRows).filter(({ id }) => id !== 'gap')}
          rowHref={rowHref}
          looked={looked}
          onLook={(key) => void setLooked(key)}
          onStop={() => void setWays({ tail: null })}
        />
      ) : asked === null ? (
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
      ) : (
        <SearchResults
          search={found}
          what={what}
          columns={columns}
          rowHref={rowHref}
          looked={looked}
          onLook={(key) => void setLooked(key)}
          onClear={() => onSearch('')}
          clearWords="Clear the search"
          budgetMegabytes={budget}
          onBudget={(megabytes) => void setWays({ budget: megabytes })}
          actions={
            <ExportMenu
              connection={connection}
              topics={topicsParam}
              search={search}
              order={order}
              isolation={isolation}
              shown={found.state.rows.length}
            />
          }
        />
      )}
      {lookedTopic === undefined || lookedPosition === undefined ? null : (
        <MessagePanel
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
