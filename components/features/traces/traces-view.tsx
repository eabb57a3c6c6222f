'use client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { CircleX, FilterX, Radio, Unplug } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { parseAsBoolean, parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { type FormEvent, useState } from 'react'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { TraceRow } from '#server/contracts/traces.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { type Column, DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { formatNanoseconds } from '../../patterns/quantity.ts'
import { serviceColour } from '../../patterns/service-colour.ts'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

const windows = [
  [15, 'Last 15 min'],
  [60, 'Last hour'],
  [360, 'Last 6 h'],
  [1_440, 'Last 24 h'],
  [10_080, 'Last 7 d'],
] as const

const columns = (connection: string, longestNs: number): readonly Column<TraceRow>[] => [
  { id: 'start', header: 'Start', width: '104px', mono: true, cell: ({ startMs }) => <Time at={startMs} /> },
  {
    id: 'root',
    header: 'Trace',
    width: 'minmax(220px, 2fr)',
    cell: ({ traceId, rootName, rootService }) => (
      <span className="flex min-w-0 items-center gap-2">
        <span
          aria-hidden
          className="size-2 shrink-0 rounded-full"
          style={{ background: serviceColour(rootService) }}
        />
        <span className="shrink-0 text-muted">{rootService}</span>
        <Link href={routes.trace(connection, traceId)} className="link truncate" title={rootName}>
          {rootName}
        </Link>
      </span>
    ),
  },
  {
    id: 'services',
    header: 'Reached',
    width: 'minmax(160px, 1.5fr)',
    cell: ({ services }) => (
      <span className="text-muted" title={services.join(', ')}>
        {services.length} {services.length === 1 ? 'service' : 'services'}: {services.join(', ')}
      </span>
    ),
  },
  { id: 'spans', header: 'Spans', width: '52px', align: 'right', cell: ({ spans }) => spans },
  {
    id: 'errors',
    header: 'Errors',
    width: '64px',
    align: 'right',
    cell: ({ errors }) =>
      errors === 0 ? (
        <span className="text-faint">0</span>
      ) : (
        <span className="inline-flex items-center gap-1 text-critical">
          <CircleX aria-hidden size={13} />
          {errors}
        </span>
      ),
  },
  {
    id: 'duration',
    header: 'Duration',
    width: '168px',
    cell: ({ durationNs }) => (
      <span className="flex items-center gap-2">
        <span className="w-18 shrink-0 text-right">{formatNanoseconds(durationNs)}</span>
        <span aria-hidden className="h-1.5 flex-1">
          <span
            className="block h-full rounded-small bg-line-strong"
            style={{ width: `${Math.max(1, (100 * Number(durationNs)) / longestNs)}%` }}
          />
        </span>
      </span>
    ),
  },
]

/** Traces by order, key, service or error, newest first. */
export const TracesView = ({ connection }: { readonly connection: string }) => {
  const router = useRouter()
  const [view, setView] = useQueryStates({
    q: parseAsString.withDefault(''),
    service: parseAsString.withDefault(''),
    errors: parseAsBoolean.withDefault(false),
    minutes: parseAsInteger.withDefault(60),
  })
  const [typed, setTyped] = useState(view.q)
  const { q, service, errors, minutes } = view
  // The address may change from outside: back, or the palette.
  const [shownFor, setShownFor] = useState(view.q)
  if (shownFor !== q) {
    setShownFor(q)
    setTyped(q)
  }
  const query = useInfiniteQuery({
    queryKey: ['traces', connection, view],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      callEndpoint(
        endpoints.listTraces,
        {
          query: {
            q,
            minutes,
            errors: String(errors),
            ...(service === '' ? {} : { service }),
            ...(pageParam === undefined ? {} : { cursor: pageParam }),
          },
        },
        signal,
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // What one reads does not move: newer traces come with Refresh.
    refetchInterval: false,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
  const first = query.data?.pages[0]
  const traces = query.data?.pages.flatMap((page) => page.traces) ?? []
  const longestNs = Math.max(1, ...traces.map(({ durationNs }) => Number(durationNs)))
  const isFiltered = q !== '' || service !== '' || errors
  const problem = query.error ? problemOfError(query.error) : null
  const search = (event: FormEvent): void => {
    event.preventDefault()
    const text = typed.trim()
    if (/^[0-9a-f]{32}$/i.test(text)) router.push(routes.trace(connection, text.toLowerCase()))
    else void setView({ q: text })
  }
  const clear = (): void => {
    setTyped('')
    void setView({ q: '', service: '', errors: false })
  }
  return (
    <PageShell
      title="Traces"
      meta={
        first ? (
          <span>
            last span received <Ago at={first.lastSpanAt} />
          </span>
        ) : null
      }
    >
      <form onSubmit={search} className="flex flex-wrap items-center gap-2">
        <Input
          data-filter
          aria-label="Order, key or trace id"
          placeholder="Order, key or trace id  /"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="w-80"
        />
        <Button type="submit">Find</Button>
        <Select
          aria-label="Service"
          value={service}
          onChange={(event) => void setView({ service: event.target.value })}
        >
          <option value="">All services</option>
          {[...new Set([...(first?.services ?? []), ...(service === '' ? [] : [service])])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Time range"
          value={minutes}
          onChange={(event) => void setView({ minutes: Number(event.target.value) })}
        >
          {windows.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Select>
        <label className="flex items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            checked={errors}
            onChange={(event) => void setView({ errors: event.target.checked })}
            className="size-3.5 accent-accent"
          />
          With errors
        </label>
        <Button kind="bare" onClick={() => void query.refetch()}>
          Refresh
        </Button>
      </form>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        {problem && traces.length > 0 ? (
          <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
            {problem.title}: {problem.detail} What is shown is from before.
          </p>
        ) : null}
        {problem && traces.length === 0 ? (
          <PanelMessage
            testId="unreachable"
            icon={Unplug}
            tone="text-critical"
            title={problem.title}
            text={problem.detail}
            hint={problem.hint}
            action={<Button onClick={() => void query.refetch()}>Try again</Button>}
          />
        ) : first === undefined ? (
          <div aria-busy="true" data-state="loading">
            <TableSkeleton rows={14} columns={5} />
          </div>
        ) : traces.length === 0 ? (
          isFiltered ? (
            <PanelMessage
              testId="filtered"
              icon={FilterX}
              title="No trace fits"
              text="Nothing in this time range fits what was typed or chosen."
              action={<Button onClick={clear}>Clear filter</Button>}
            />
          ) : (
            <PanelMessage
              testId="empty"
              icon={Radio}
              title="No traces in this time range"
              text="Send OTLP/HTTP (protobuf or JSON) to port 4318 of the worker: set OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 for your services."
            />
          )
        ) : (
          <DataTable
            label="Traces, newest first"
            columns={columns(connection, longestNs)}
            rows={traces}
            rowKey={({ traceId }) => traceId}
            rowHref={({ traceId }) => routes.trace(connection, traceId)}
          />
        )}
      </div>
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            Older traces
          </Button>
        </div>
      ) : null}
    </PageShell>
  )
}
