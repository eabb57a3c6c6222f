'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { type FormEvent, useState } from 'react'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { MessageList, MessageRow } from '#server/contracts/messages.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { messageColumns } from './message-columns.tsx'
import { MessagePanel } from './message-panel.tsx'
import { ScanErrors, ScanLine, SearchedBackTo, SearchStrip } from './scan-strip.tsx'
import { sumScans } from './search-words.ts'
import { messagesAsk } from './topic-address.ts'

const rowsIn = {
  read: ({ messages }: MessageList) => messages,
  write: (page: MessageList, messages: readonly MessageRow[]): MessageList => ({
    ...page,
    messages: [...messages],
  }),
}

/** The newest messages of a topic, or those of one key; further back page by page. */
export const MessagesPanel = ({
  connection,
  topic,
  searchKey,
  onSearchKey,
}: {
  readonly connection: string
  readonly topic: string
  readonly searchKey: string
  readonly onSearchKey: (key: string) => void
}) => {
  const [typed, setTyped] = useState(searchKey)
  const [shownFor, setShownFor] = useState(searchKey)
  // The address may change from outside: back, or a link to the same key.
  if (shownFor !== searchKey) {
    setShownFor(searchKey)
    setTyped(searchKey)
  }
  const [looked, setLooked] = useQueryState('message', parseAsString)
  const isSearch = searchKey !== ''
  const growing = useGrowingList({
    endpoint: endpoints.listMessages,
    input: messagesAsk(connection, topic, searchKey),
    rowsIn,
    keyOf: ({ position }: MessageRow) => position,
    // Searching costs too much to be repeated every few seconds, and rows of another key must not stand in for its own.
    follow: !isSearch,
    keepOld: false,
  })
  const { panel, list, pages, rows, refresh } = growing
  const last = pages.at(-1)
  const scan = sumScans(pages.map((page) => page.scan))
  const search = (event: FormEvent): void => {
    event.preventDefault()
    const key = typed.trim()
    if (key === searchKey) void refresh()
    else onSearchKey(key)
  }
  const clear = (): void => onSearchKey('')
  const goOn = (
    <Button kind="main" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {list.isFetchingNextPage ? 'Searching…' : 'Continue'}
    </Button>
  )
  return (
    <>
      <form onSubmit={search} className="flex flex-wrap items-center gap-2">
        <Input
          data-filter
          aria-label="Key, exactly"
          placeholder="Key, exactly  /"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="w-72 font-mono text-small"
        />
        <Button type="submit">Find key</Button>
        {isSearch ? (
          <Button kind="bare" onClick={clear}>
            Clear
          </Button>
        ) : null}
        <Button kind="bare" onClick={() => void refresh()} disabled={panel.isFetching}>
          Refresh
        </Button>
        {scan && panel.error === null ? (
          <ScanLine scan={scan} shown={rows.length} readAt={list.dataUpdatedAt} />
        ) : isSearch && panel.isFetching ? (
          <span role="status" className="ml-auto truncate text-small text-muted">
            Searching {topic} for {searchKey}, newest first…
          </span>
        ) : null}
      </form>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        {last?.registryProblem ? (
          <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
            The schema registry could not be asked ({last.registryProblem}); payloads are shown without their
            schema.
          </p>
        ) : null}
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
              title: list.hasNextPage ? 'No match so far' : 'No message has this key',
              text:
                last && scan && last.scan.stop === 'budget' ? (
                  <>
                    0 matches of {searchKey} so far, <SearchedBackTo scan={scan} last={last.scan} />.
                  </>
                ) : (
                  `${formatCount(scan?.messages ?? null)} messages of ${topic} were read, ${last?.scan.stop === 'end' ? 'all there are' : 'not all there are'}; none has the key ${searchKey}.`
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
      </div>
      {looked === null ? null : (
        <MessagePanel
          connection={connection}
          topic={topic}
          position={looked}
          onClose={() => void setLooked(null)}
        />
      )}
    </>
  )
}
