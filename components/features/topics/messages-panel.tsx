'use client'
import { useQueryClient } from '@tanstack/react-query'
import { CircleSlash } from 'lucide-react'
import dynamic from 'next/dynamic'
import { parseAsString, useQueryState } from 'nuqs'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { MessageList, MessageRow } from '#server/contracts/messages.ts'
import { endpointPages } from '../../client/call-endpoint.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { MessageHistogramPanel } from '../../patterns/message-histogram.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { messageColumns } from './message-columns.tsx'
import { MessageSearch } from './message-search.tsx'
import { ScanErrors, ScanLine, SearchedBackTo, SearchStrip } from './scan-strip.tsx'
import { sumScans } from './search-words.ts'
import { messagesAsk } from './topic-address.ts'

// Loaded when the first details are looked at: a page opens without it.
const MessagePanel = dynamic(() => import('./message-panel.tsx').then((module) => module.MessagePanel), {
  ssr: false,
})

const rowsIn = {
  read: ({ messages }: MessageList) => messages,
  write: (page: MessageList, messages: readonly MessageRow[]): MessageList => ({
    ...page,
    messages: [...messages],
  }),
}

/** The newest messages of a topic, or those that fit a search; further back page by page. */
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
  const isSearch = search !== ''
  const client = useQueryClient()
  const ask = messagesAsk(connection, topic, search)
  const growing = useGrowingList({
    endpoint: endpoints.listMessages,
    input: ask,
    rowsIn,
    keyOf: ({ position }: MessageRow) => position,
    // Searching costs too much to be repeated every few seconds, and rows of another search must not stand in for its own.
    follow: !isSearch,
    keepOld: false,
  })
  const { panel, list, pages, rows, refresh } = growing
  const last = pages.at(-1)
  const scan = sumScans(pages.map((page) => page.scan))
  const run = (next: string): void => {
    if (next === search) void refresh()
    else onSearch(next)
  }
  const isCancelled =
    isSearch && list.fetchStatus === 'idle' && list.data === undefined && list.error === null
  const clear = (): void => onSearch('')
  const goOn = (
    <Button kind="main" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {list.isFetchingNextPage ? 'Searching…' : 'Continue'}
    </Button>
  )
  return (
    <>
      <MessageSearch
        search={search}
        onSearch={run}
        isSearching={isSearch && list.isFetching}
        onCancel={() =>
          void client.cancelQueries({ queryKey: endpointPages(endpoints.listMessages, ask).queryKey })
        }
      >
        <Button kind="bare" type="button" onClick={() => void refresh()} disabled={panel.isFetching}>
          Refresh
        </Button>
        {scan && panel.error === null ? (
          <ScanLine scan={scan} shown={rows.length} readAt={list.dataUpdatedAt} />
        ) : isSearch && panel.isFetching ? (
          <span role="status" className="ml-auto truncate text-small text-muted">
            Searching {topic}, newest first…
          </span>
        ) : null}
      </MessageSearch>
      <MessageHistogramPanel connection={connection} topics={topic} search={search} onSearch={onSearch} />
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        {last?.registryProblem ? (
          <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
            The schema registry could not be asked ({last.registryProblem}); payloads are shown without their
            schema.
          </p>
        ) : null}
        {isCancelled ? (
          <PanelMessage
            testId="cancelled"
            icon={CircleSlash}
            title="The search was cancelled"
            text="Nothing more is read from the broker."
            action={<Button onClick={() => void refresh()}>Search again</Button>}
          />
        ) : (
          <GrowingList
            {...growing}
            more={isSearch ? 'Continue further back' : 'Older messages'}
            hasMore={rows.length > 0}
          >
            <QueryPanel
              query={panel}
              skeleton={<TableSkeleton rows={14} columns={messageColumns(connection)} />}
              isEmpty={() => rows.length === 0}
              empty={{
                title: 'This topic is empty',
                text: 'No message has been produced yet, or retention has deleted them all. New ones appear here as they arrive.',
              }}
              onClearFilter={isSearch ? clear : undefined}
              filtered={{
                title: list.hasNextPage ? 'No match so far' : 'No message fits the search',
                text:
                  last && scan && last.scan.stop === 'budget' ? (
                    <>
                      0 matches so far, <SearchedBackTo scan={scan} last={last.scan} />.
                    </>
                  ) : (
                    `${formatCount(scan?.messages ?? null)} messages of ${topic} were read, ${last?.scan.stop === 'end' ? 'all there are' : 'not all there are'}; none fits.`
                  ),
                clear: 'Show all messages',
                ...(list.hasNextPage ? { action: goOn } : {}),
              }}
            >
              {() => (
                <>
                  {last && scan ? <SearchStrip scan={scan} last={last.scan} found={rows.length} /> : null}
                  {last ? <ScanErrors errors={last.scan.errors} /> : null}
                  <DataTable
                    label="Messages, newest first"
                    columns={messageColumns(connection)}
                    rows={rows}
                    rowKey={({ position }) => position}
                    rowHref={({ position }) => routes.message(connection, topic, position)}
                    looked={looked}
                    onLook={(position) => void setLooked(position)}
                  />
                </>
              )}
            </QueryPanel>
          </GrowingList>
        )}
      </div>
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
