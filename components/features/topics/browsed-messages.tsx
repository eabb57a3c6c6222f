'use client'
import { useState } from 'react'
import type { MessageList, MessageRow } from '#server/contracts/messages.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { ExportMenu } from './export-menu.tsx'
import { messageColumns } from './message-columns.tsx'
import { ScanErrors, ScanLine } from './scan-strip.tsx'
import { messagesAsk } from './topic-address.ts'

const rowsIn = {
  read: ({ messages }: MessageList) => messages,
  write: (page: MessageList, messages: readonly MessageRow[]): MessageList => ({
    ...page,
    messages: [...messages],
  }),
}

/** The newest messages of a topic; new ones wait at its head, older ones come page by page. */
export const BrowsedMessages = ({
  connection,
  topic,
  looked,
  onLook,
}: {
  readonly connection: string
  readonly topic: string
  readonly looked: string | null
  readonly onLook: (position: string) => void
}) => {
  const growing = useGrowingList({
    endpoint: endpoints.listMessages,
    input: messagesAsk(connection, topic),
    rowsIn,
    keyOf: ({ position }: MessageRow) => position,
    keepOld: false,
  })
  // Asked of the list itself, the button would blink with each look at what is new, and a browser that is slow to take
  // over the page from the server would draw it otherwise than the server did.
  const [isRefreshing, setRefreshing] = useState(false)
  const { panel, list, pages, rows, refresh } = growing
  const last = pages.at(-1)
  return (
    <div className="overflow-hidden rounded-base border border-line bg-panel">
      <div className="flex min-h-9 items-center gap-3 border-b border-line px-3 py-1">
        {last && panel.error === null ? (
          <ScanLine scans={pages.map(({ scan }) => scan)} shown={rows.length} readAt={list.dataUpdatedAt} />
        ) : null}
        <span className="ml-auto flex items-center gap-2">
          <ExportMenu
            connection={connection}
            topics={topic}
            search=""
            order="newest"
            isolation="committed"
            shown={rows.length}
          />
          <Button
            kind="bare"
            size="small"
            onClick={() => {
              setRefreshing(true)
              void refresh().finally(() => setRefreshing(false))
            }}
            disabled={isRefreshing}
          >
            Refresh
          </Button>
        </span>
      </div>
      {last?.registryProblem ? (
        <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
          The schema registry could not be asked ({last.registryProblem}); payloads are shown without their
          schema.
        </p>
      ) : null}
      <GrowingList {...growing} more="Older messages" hasMore={rows.length > 0}>
        <QueryPanel
          query={panel}
          skeleton={<TableSkeleton rows={14} columns={messageColumns(connection)} />}
          isEmpty={() => rows.length === 0}
          empty={{
            action: <LinkButton href={routes.produce(connection, topic)}>Produce a message…</LinkButton>,
            title: 'This topic is empty',
            text: 'No message has been produced yet, or retention has deleted them all. New ones appear here as they arrive.',
          }}
        >
          {() => (
            <>
              {last ? <ScanErrors errors={last.scan.errors} /> : null}
              <DataTable
                label="Messages, newest first"
                columns={messageColumns(connection)}
                rows={rows}
                rowKey={({ position }) => position}
                rowHref={({ position }) => routes.message(connection, topic, position)}
                looked={looked}
                onLook={onLook}
              />
            </>
          )}
        </QueryPanel>
      </GrowingList>
    </div>
  )
}
