'use client'
import dynamic from 'next/dynamic'
import { parseAsString, useQueryState, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { routes } from '../../client/routes.ts'
import { type SearchAsked, useMessageSearch } from '../../client/use-message-search.ts'
import { HistogramSkeleton } from '../../patterns/histogram-skeleton.tsx'
import { expressionOf } from '../../patterns/message-search/expression-words.ts'
import { MessageSearch } from '../../patterns/message-search/search-bar.tsx'
import { withRange } from '../../patterns/search-time-range.ts'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { BrowsedMessages } from './browsed-messages.tsx'
import { ExportMenu } from './export-menu.tsx'
import { messageColumns } from './message-columns.tsx'
import { searchWays } from './topic-address.ts'

const MessageHistogramPanel = dynamic(
  () => import('../../patterns/message-histogram.tsx').then((module) => module.MessageHistogramPanel),
  { ssr: false, loading: () => <HistogramSkeleton /> },
)

const TailPanel = dynamic(() => import('./tail-panel.tsx').then((module) => module.TailPanel), { ssr: false })
const SearchTools = dynamic(() => import('./search-tools.tsx').then((module) => module.SearchTools), {
  ssr: false,
  loading: () => <span className="inline-block h-7 w-[34rem]" />,
})
const SearchResults = dynamic(() =>
  import('../../patterns/message-search/search-results.tsx').then((module) => module.SearchResults),
)
const ExpressionField = dynamic(() =>
  import('../../patterns/message-search/expression-field.tsx').then((module) => module.ExpressionField),
)
// Loaded when the first details are looked at: a page opens without it.
const MessagePanel = dynamic(() => import('./message-panel.tsx').then((module) => module.MessagePanel), {
  ssr: false,
})

const megabyte = 1_000_000

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
  const [{ order, isolation, budget, tail }, setWays] = useQueryStates(searchWays)
  const [isExpressionOpen, setExpressionOpen] = useState<boolean | null>(null)
  const isSearch = search !== '' || order !== 'newest' || isolation !== 'committed'
  const asked: SearchAsked | null =
    isSearch && !tail ? { connection, topics: topic, search, order, isolation } : null
  const found = useMessageSearch(asked, budget === null ? undefined : budget * megabyte)
  const isRunning = found.state.status === 'running'
  const hasExpression = isExpressionOpen ?? expressionOf(search) !== ''
  const run = (next: string): void => (next === search && asked !== null ? found.again() : onSearch(next))
  const clear = (): void => {
    void setWays(null)
    onSearch('')
  }
  const keyOf = (position: string | null): string | null =>
    position === null ? null : `${topic}/${position}`
  return (
    <>
      <MessageSearch search={search} onSearch={run} isSearching={isRunning} onCancel={found.cancel}>
        <SearchTools
          connection={connection}
          topic={topic}
          search={search}
          order={order}
          isolation={isolation}
          onWays={(ways) => void setWays(ways)}
          onSearch={onSearch}
          onFollow={tail ? null : () => void setWays({ tail: true })}
        />
        {search === '' ? null : (
          <LinkButton href={routes.messages(connection, { search })}>In all topics</LinkButton>
        )}
        <Button
          kind={hasExpression ? 'active' : 'bare'}
          aria-expanded={hasExpression}
          onClick={() => setExpressionOpen(!hasExpression)}
        >
          Expression
        </Button>
      </MessageSearch>
      {hasExpression ? (
        <ExpressionField connection={connection} topics={[topic]} search={search} onSearch={run} />
      ) : null}
      <MessageHistogramPanel connection={connection} topics={topic} search={search} onSearch={onSearch} />
      {tail ? (
        <TailPanel
          asked={{ connection, topics: topic, search: withRange(search, null), isolation }}
          what={topic}
          columns={messageColumns(connection)}
          rowHref={({ position }) => routes.message(connection, topic, position)}
          looked={keyOf(looked)}
          onLook={(key) => void setLooked(key.slice(topic.length + 1))}
          onStop={() => void setWays({ tail: null })}
        />
      ) : asked === null ? (
        <BrowsedMessages
          connection={connection}
          topic={topic}
          looked={looked}
          onLook={(position) => void setLooked(position)}
        />
      ) : (
        <SearchResults
          search={found}
          what={topic}
          columns={messageColumns(connection)}
          rowHref={({ position }) => routes.message(connection, topic, position)}
          looked={keyOf(looked)}
          onLook={(key) => void setLooked(key.slice(topic.length + 1))}
          onClear={clear}
          budgetMegabytes={budget}
          onBudget={(megabytes) => void setWays({ budget: megabytes })}
          actions={
            <ExportMenu
              connection={connection}
              topics={topic}
              search={search}
              order={order}
              isolation={isolation}
              shown={found.state.rows.length}
            />
          }
        />
      )}
      {looked === null ? null : (
        <MessagePanel
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
