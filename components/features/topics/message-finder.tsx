'use client'
import dynamic from 'next/dynamic'
import { useQueryStates } from 'nuqs'
import { type ReactNode, useMemo, useState } from 'react'
import type { MessageRow } from '#server/contracts/messages.ts'
import { type SearchAsked, useMessageSearch } from '../../client/use-message-search.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { HistogramSkeleton } from '../../patterns/histogram-skeleton.tsx'
import { expressionOf } from '../../patterns/message-search/expression-words.ts'
import { MessageSearch } from '../../patterns/message-search/search-bar.tsx'
import { withRange } from '../../patterns/search-time-range.ts'
import { ExportMenu } from './export-menu.tsx'
import { SearchTools } from './search-tools.tsx'
import { searchWays } from './topic-address.ts'
import { readTopicSet, topicSetWords } from './topic-set.ts'

/** The room of a list whose code is on its way. */
const ListRoom = () => (
  <div aria-busy data-state="loading" className="h-96 rounded-base border border-line bg-panel" />
)

// What opens only when it is asked for comes after the page, into room that is kept for it.
const MessageHistogramPanel = dynamic(
  () => import('../../patterns/message-histogram.tsx').then((module) => module.MessageHistogramPanel),
  { ssr: false, loading: () => <HistogramSkeleton /> },
)
const TailPanel = dynamic(() => import('./tail-panel.tsx').then((module) => module.TailPanel), {
  ssr: false,
  loading: ListRoom,
})
const SearchResults = dynamic(
  () => import('../../patterns/message-search/search-results.tsx').then((module) => module.SearchResults),
  { loading: ListRoom },
)
const ExpressionField = dynamic(() =>
  import('../../patterns/message-search/expression-field.tsx').then((module) => module.ExpressionField),
)

const megabyte = 1_000_000
const noRows: readonly MessageRow[] = []

/** Finds messages in one topic or several: the search with its tools, the histogram, and below what was found, or what comes. */
export const MessageFinder = ({
  connection,
  topics,
  search,
  isAsked,
  onSearch,
  columnsOf,
  rowHref,
  looked,
  onLook,
  onClear,
  clearWords,
  choice,
  children,
}: {
  readonly connection: string
  /** As addresses hold them: names separated by commas, `*` for all. */
  readonly topics: string
  readonly search: string
  /** Whether there is anything to search for; else the children stand below. */
  readonly isAsked: boolean
  readonly onSearch: (search: string) => void
  /** The columns of rows that were found; of null: of rows as they arrive. */
  readonly columnsOf: (rows: readonly MessageRow[] | null) => readonly Column<MessageRow>[]
  readonly rowHref: (row: MessageRow) => string
  /** `topic/position`. */
  readonly looked: string | null
  readonly onLook: (key: string) => void
  readonly onClear: () => void
  /** What clearing leads to. */
  readonly clearWords?: string
  /** What chooses the topics. */
  readonly choice?: ReactNode
  readonly children: ReactNode
}) => {
  const [{ order, isolation, budget, tail }, setWays] = useQueryStates(searchWays)
  const [isExpressionOpen, setExpressionOpen] = useState<boolean | null>(null)
  const asked: SearchAsked | null = isAsked && !tail ? { connection, topics, search, order, isolation } : null
  const found = useMessageSearch(asked, budget === null ? undefined : budget * megabyte)
  const hasExpression = isExpressionOpen ?? expressionOf(search) !== ''
  const run = (next: string): void => (next === search && asked !== null ? found.again() : onSearch(next))
  const rows = asked === null ? noRows : found.state.rows
  const columns = useMemo(() => columnsOf(tail ? null : rows), [columnsOf, tail, rows])
  const names = readTopicSet(topics)
  const what = topicSetWords(names)
  const list = { what, columns, rowHref, looked, onLook }
  return (
    <>
      <MessageSearch
        search={search}
        onSearch={run}
        isSearching={found.state.status === 'running'}
        onCancel={found.cancel}
      >
        {choice}
        <SearchTools
          connection={connection}
          topics={topics}
          search={search}
          order={order}
          isolation={isolation}
          hasExpression={hasExpression}
          isFollowing={tail}
          onWays={(ways) => void setWays(ways)}
          onExpression={setExpressionOpen}
          onFollow={(follow) => void setWays({ tail: follow ? true : null })}
          onSearch={onSearch}
        />
      </MessageSearch>
      {hasExpression ? (
        <ExpressionField connection={connection} topics={names ?? []} search={search} onSearch={run} />
      ) : null}
      <MessageHistogramPanel connection={connection} topics={topics} search={search} onSearch={onSearch} />
      {tail ? (
        <TailPanel
          {...list}
          asked={{ connection, topics, search: withRange(search, null), isolation }}
          onStop={() => void setWays({ tail: null })}
        />
      ) : asked === null ? (
        children
      ) : (
        <SearchResults
          {...list}
          search={found}
          onClear={() => {
            void setWays(null)
            onClear()
          }}
          {...(clearWords === undefined ? {} : { clearWords })}
          budgetMegabytes={budget}
          onBudget={(megabytes) => void setWays({ budget: megabytes })}
          actions={
            <ExportMenu
              connection={connection}
              topics={topics}
              search={search}
              order={order}
              isolation={isolation}
              shown={found.state.rows.length}
            />
          }
        />
      )}
    </>
  )
}
