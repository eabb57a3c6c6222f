'use client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { CircleSlash, FilterX, Unplug } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { ScanReport } from '#server/contracts/messages.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { formatBytes, formatCount, formatDuration } from '../../patterns/quantity.ts'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { messageColumns } from './message-columns.tsx'

const stopWords: Readonly<Record<ScanReport['stop'], string>> = {
  enough: 'enough found',
  end: 'all of it',
  budget: 'stopped at the budget',
  cancelled: 'cancelled',
  error: 'stopped by an error',
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
  const query = useInfiniteQuery({
    queryKey: ['messages', connection, topic, searchKey],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      callEndpoint(
        endpoints.listMessages,
        {
          params: { connection, topic },
          query: {
            limit: 50,
            ...(searchKey === '' ? {} : { key: searchKey }),
            ...(pageParam === undefined ? {} : { cursor: pageParam }),
          },
        },
        signal,
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // What one reads does not move: new messages come with Refresh.
    refetchInterval: false,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
  const pages = query.data?.pages ?? []
  const seen = new Set<string>()
  const messages = pages
    .flatMap((page) => page.messages)
    .filter(({ position }) => !seen.has(position) && seen.add(position))
  const last = pages.at(-1)
  const problem = query.error ? problemOfError(query.error) : null
  const search = (event: FormEvent): void => {
    event.preventDefault()
    onSearchKey(typed.trim())
  }
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
        {searchKey === '' ? null : (
          <Button
            kind="bare"
            onClick={() => {
              setTyped('')
              onSearchKey('')
            }}
          >
            Clear
          </Button>
        )}
        <Button kind="bare" onClick={() => void query.refetch()}>
          Refresh
        </Button>
        {last ? <ScanLine pages={pages.map(({ scan }) => scan)} found={messages.length} /> : null}
      </form>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        {last?.registryProblem ? (
          <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
            The schema registry could not be asked ({last.registryProblem}); payloads are shown without their
            schema.
          </p>
        ) : null}
        {problem && pages.length === 0 ? (
          <PanelMessage
            testId={problem.code === 'not-found' ? 'missing' : 'unreachable'}
            icon={Unplug}
            tone="text-critical"
            title={problem.title}
            text={problem.detail}
            hint={problem.hint}
            action={<Button onClick={() => void query.refetch()}>Try again</Button>}
          />
        ) : pages.length === 0 ? (
          <div aria-busy="true" data-state="loading">
            <TableSkeleton rows={14} columns={6} />
          </div>
        ) : messages.length === 0 ? (
          searchKey === '' ? (
            <PanelMessage
              testId="empty"
              icon={CircleSlash}
              title="This topic is empty"
              text="No message has been produced yet, or retention has deleted them all."
            />
          ) : (
            <PanelMessage
              testId="filtered"
              icon={FilterX}
              title="No message has this key"
              text={`Nothing found for ${searchKey} in what was read.`}
              action={
                <Button
                  onClick={() => {
                    setTyped('')
                    onSearchKey('')
                  }}
                >
                  Show all messages
                </Button>
              }
            />
          )
        ) : (
          <DataTable
            label="Messages, newest first"
            columns={messageColumns(connection)}
            rows={messages}
            rowKey={({ position }) => position}
            rowHref={({ position }) => routes.message(connection, topic, position)}
          />
        )}
      </div>
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage
              ? 'Reading…'
              : searchKey === ''
                ? 'Older messages'
                : 'Continue further back'}
          </Button>
        </div>
      ) : null}
    </>
  )
}

const ScanLine = ({ pages, found }: { readonly pages: readonly ScanReport[]; readonly found: number }) => {
  const messages = pages.reduce((sum, { messages: count }) => sum + BigInt(count), 0n)
  const bytes = pages.reduce((sum, page) => sum + Number(page.bytes), 0)
  const durationMs = pages.reduce((sum, page) => sum + page.durationMs, 0)
  const last = pages.at(-1)
  return (
    <span className="ml-auto text-small text-muted" role="status">
      {formatCount(found)} shown · read {formatCount(messages.toString())} messages, {formatBytes(bytes)} in{' '}
      {formatDuration(durationMs)} · {last ? stopWords[last.stop] : ''}
      {last?.errors.map(({ partition, detail }) => ` · partition ${partition}: ${detail}`).join('')}
    </span>
  )
}
