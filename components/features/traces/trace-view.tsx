'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { TraceDetail } from '#server/contracts/traces.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatNanoseconds } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { SpanDetails } from './span-details.tsx'
import { Timeline } from './timeline.tsx'
import { layOutTimeline } from './timeline-model.ts'

/** One trace over all its queues: the timeline with its waits, and the span looked at. */
export const TraceView = ({
  connection,
  traceId,
}: {
  readonly connection: string
  readonly traceId: string
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showTrace, { params: { traceId } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const trace = query.data
  const root = trace?.spans.find(({ parentSpanId }) => parentSpanId === null)
  return (
    <PageShell
      title={root ? `${root.service} ${root.name}` : 'Trace'}
      meta={
        <>
          <Copyable text={traceId} what="trace id" />
          {trace ? <Summary trace={trace} /> : null}
        </>
      }
    >
      {trace && trace.deadLetters.length > 0 ? (
        <ul className="flex flex-wrap gap-x-4 rounded-base border border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
          {trace.deadLetters.map(({ id, topic, errorClass }) => (
            <li key={id}>
              Died:{' '}
              <Link
                href={routes.deadLetter(connection, id)}
                className="font-strong underline underline-offset-2"
              >
                {errorClass ?? 'unknown error'} in {topic}
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      <QueryPanel
        query={query}
        skeleton={<TableSkeleton rows={16} columns={3} />}
        isEmpty={({ spans }) => spans.length === 0}
        empty={{
          title: 'No spans of this trace',
          text: 'They may still be on their way, or retention has deleted them.',
        }}
      >
        {(data) => <Body trace={data} connection={connection} />}
      </QueryPanel>
    </PageShell>
  )
}

const Summary = ({ trace }: { readonly trace: TraceDetail }) => {
  const share =
    Number(trace.durationNs) === 0 ? 0 : Math.round((100 * Number(trace.waitedNs)) / Number(trace.durationNs))
  return (
    <>
      <span>{trace.services.length} services</span>
      <span>{trace.spans.length} spans</span>
      <span>{formatNanoseconds(trace.durationNs)}</span>
      <span className={trace.errors > 0 ? 'text-critical' : ''}>
        {trace.errors === 1 ? '1 error' : `${trace.errors} errors`}
      </span>
      <span data-waited>
        waited in queues {share} % ({formatNanoseconds(trace.waitedNs)})
      </span>
      {trace.truncated ? (
        <span className="text-warning">first part only: the trace is larger than one answer</span>
      ) : null}
    </>
  )
}

const Body = ({ trace, connection }: { readonly trace: TraceDetail; readonly connection: string }) => {
  const [chosen, setChosen] = useQueryState('span', parseAsString)
  const rows = useMemo(() => layOutTimeline(trace), [trace])
  const span =
    trace.spans.find(({ spanId }) => spanId === chosen) ??
    trace.spans.find(({ status }) => status === 'error') ??
    trace.spans[0]
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_360px] items-start gap-3 max-[1100px]:grid-cols-1">
      <Timeline
        rows={rows}
        durationNs={Number(trace.durationNs)}
        chosen={span?.spanId ?? null}
        onChoose={(id) => void setChosen(id)}
      />
      {span ? (
        <SpanDetails
          span={span}
          edge={trace.edges.find(({ consumer }) => consumer === span.spanId) ?? null}
          connection={connection}
          traceId={trace.traceId}
        />
      ) : null}
    </div>
  )
}
