'use client'
import { useRouter } from 'next/navigation'
import { useQueryStates } from 'nuqs'
import type { TraceList, TraceRow } from '#server/contracts/traces.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { traceColumns } from './trace-columns.tsx'
import { TraceFilter } from './trace-filter.tsx'
import { tracesAsk, tracesSearch } from './traces-address.ts'

const rowsIn = {
  read: ({ traces }: TraceList) => traces,
  write: (page: TraceList, traces: readonly TraceRow[]): TraceList => ({ ...page, traces: [...traces] }),
}

/** Traces by order, key, service, duration or error, newest first. */
export const TracesView = ({ connection }: { readonly connection: string }) => {
  const router = useRouter()
  const [view, setView] = useQueryStates(tracesSearch)
  const { q, service, errors, least } = view
  const growing = useGrowingList({
    endpoint: endpoints.listTraces,
    input: tracesAsk(view),
    rowsIn,
    keyOf: ({ traceId }: TraceRow) => traceId,
  })
  const { panel, newest, rows, refresh } = growing
  const longestNs = Math.max(1, ...rows.map(({ durationNs }) => Number(durationNs)))
  const isFiltered = q !== '' || service !== '' || errors || least !== 0
  return (
    <PageShell
      title="Traces"
      meta={
        newest ? (
          <span>
            last span received <Ago at={newest.lastSpanAt} />
          </span>
        ) : null
      }
    >
      <TraceFilter
        values={view}
        services={newest?.services ?? []}
        onChange={(change) => void setView(change)}
        onFind={(text) => {
          if (/^[0-9a-f]{32}$/i.test(text)) router.push(routes.trace(connection, text.toLowerCase()))
          else void setView({ q: text })
        }}
        onRefresh={() => void refresh()}
      />
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <GrowingList {...growing} more="Older traces">
          <QueryPanel
            query={panel}
            skeleton={<TableSkeleton rows={14} columns={traceColumns(connection, 1)} />}
            isEmpty={() => rows.length === 0}
            empty={{
              title: 'No traces in this time range',
              text: 'Send OTLP/HTTP (protobuf or JSON) to port 4318 of the worker: set OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 for your services.',
            }}
            onClearFilter={
              isFiltered ? () => void setView({ q: '', service: '', errors: false, least: 0 }) : undefined
            }
            filtered={{
              title: 'No trace fits',
              text: 'Nothing in this time range fits what was typed or chosen.',
              clear: 'Clear filter',
            }}
          >
            {() => (
              <DataTable
                label="Traces, newest first"
                columns={traceColumns(connection, longestNs)}
                rows={rows}
                rowKey={({ traceId }) => traceId}
                rowHref={({ traceId }) => routes.trace(connection, traceId)}
              />
            )}
          </QueryPanel>
        </GrowingList>
      </div>
    </PageShell>
  )
}
