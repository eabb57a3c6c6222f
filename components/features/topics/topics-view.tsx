'use client'
import { useQuery } from '@tanstack/react-query'
import { Columns3 } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useQueryStates } from 'nuqs'
import { findChoice, topicSorts } from '#server/contracts/choices.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { emptyPage, Pager } from '../../patterns/pager.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { useChosenColumns } from '../../patterns/use-chosen-columns.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { fixedTopicColumns, topicColumns } from './topic-columns.tsx'
import { TopicFilters } from './topic-filters.tsx'
import { pageRows, topicListAsk, topicListSearch } from './topic-list-address.ts'
import { useTopicFormats } from './use-topic-formats.ts'

// What opens only when it is asked for comes after the page.
const ColumnChoice = dynamic(
  () => import('../../patterns/column-choice.tsx').then((module) => module.ColumnChoice),
  {
    ssr: false,
    loading: () => (
      <Button disabled>
        <Columns3 aria-hidden size={14} /> Columns
      </Button>
    ),
  },
)

/** All topics of a connection, filtered, sorted and paged on the server. */
export const TopicsView = ({ connection }: { readonly connection: string }) => {
  const [view, setView] = useQueryStates(topicListSearch)
  const { q, internal, only, sort, desc, offset } = view
  const query = useQuery(endpointQuery(endpoints.listTopics, topicListAsk(connection, view)))
  const total = query.data?.data.total ?? 0
  const isReadOnly = useQuery(endpointQuery(endpoints.listConnections)).data?.connections.some(
    ({ id, readOnly }) => id === connection && readOnly,
  )
  const shown = useChosenColumns('topics', topicColumns(connection))
  const formats = useTopicFormats(
    connection,
    query.data?.data.topics.map(({ name }) => name) ?? [],
    shown.some(({ id }) => id === 'format'),
  )
  const columns = useChosenColumns('topics', topicColumns(connection, formats))
  const isFiltered = q !== '' || only.length > 0
  return (
    <PageShell
      title="Topics"
      meta={
        query.data ? (
          <span>
            {formatCount(total)} of {formatCount(query.data.data.unfilteredTotal)} · as of{' '}
            <Ago at={query.data.checkedAt} />
          </span>
        ) : null
      }
      actions={
        isReadOnly ? (
          <>
            <span id="why-no-topic" className="text-small text-muted">
              The connection is read-only.
            </span>
            <Button disabled aria-describedby="why-no-topic">
              Create topic…
            </Button>
          </>
        ) : (
          <LinkButton href={routes.createTopic(connection)}>Create topic…</LinkButton>
        )
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <Input
          data-filter
          aria-label="Filter topics by name"
          placeholder="Filter by name  /"
          value={q}
          onChange={(event) => void setView({ q: event.target.value, offset: 0 })}
          className="w-72"
        />
        <label className="flex items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            checked={internal}
            onChange={(event) => void setView({ internal: event.target.checked, offset: 0 })}
            className="size-3.5 accent-accent"
          />
          Internal topics
        </label>
        <TopicFilters only={only} onChange={(next) => void setView({ only: next, offset: 0 })} />
        <span className="ml-auto">
          <ColumnChoice table="topics" columns={topicColumns(connection)} always={fixedTopicColumns} />
        </span>
      </div>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={14} columns={columns} />}
          isEmpty={({ data }) => data.topics.length === 0}
          empty={{
            title: 'This cluster has no topics',
            text: 'Topics appear here as soon as a producer or an administrator creates one.',
          }}
          {...emptyPage(
            { offset, total },
            {
              onFirst: () => void setView({ offset: 0 }),
              onClear: isFiltered ? () => void setView({ q: '', only: [], offset: 0 }) : undefined,
            },
          )}
          degraded={({ degraded }) => degraded}
        >
          {({ data }) => (
            <DataTable
              label="Topics"
              columns={columns}
              rows={data.topics}
              rowKey={({ name }) => name}
              rowHref={({ name }) => routes.topic(connection, name)}
              sorting={{ id: sort, desc }}
              onSort={(id) => {
                const next = findChoice(topicSorts, id)
                if (next !== undefined)
                  void setView({
                    sort: next,
                    desc: sort === next ? !desc : next !== 'name',
                    offset: 0,
                  })
              }}
            />
          )}
        </QueryPanel>
      </div>
      <Pager
        offset={offset}
        total={total}
        pageRows={pageRows}
        onMove={(next) => void setView({ offset: next })}
      />
    </PageShell>
  )
}
