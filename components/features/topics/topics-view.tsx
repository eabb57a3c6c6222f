'use client'
import { useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { endpoints } from '#server/contracts/endpoints.ts'
import { topicSort } from '#server/contracts/topics.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { topicColumns } from './topic-columns.tsx'
import { pageRows, topicListAsk, topicListSearch } from './topic-list-address.ts'

/** All topics of a connection, filtered, sorted and paged on the server. */
export const TopicsView = ({ connection }: { readonly connection: string }) => {
  const [view, setView] = useQueryStates(topicListSearch)
  const { q, internal, sort, desc, offset } = view
  const query = useQuery(endpointQuery(endpoints.listTopics, topicListAsk(connection, view)))
  const total = query.data?.data.total ?? 0
  return (
    <PageShell
      title="Topics"
      meta={
        query.data ? (
          <span>
            {total} of {query.data.data.unfilteredTotal}
          </span>
        ) : null
      }
    >
      <div className="flex items-center gap-3">
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
      </div>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={14} columns={topicColumns(connection)} />}
          isEmpty={({ data }) => data.topics.length === 0}
          empty={{
            title: 'This cluster has no topics',
            text: 'Topics appear here as soon as a producer or an administrator creates one.',
          }}
          onClearFilter={q === '' ? undefined : () => void setView({ q: '', offset: 0 })}
          degraded={({ degraded }) => degraded}
        >
          {({ data }) => (
            <DataTable
              label="Topics"
              columns={topicColumns(connection)}
              rows={data.topics}
              rowKey={({ name }) => name}
              rowHref={({ name }) => routes.topic(connection, name)}
              sorting={{ id: sort, desc }}
              onSort={(id) => {
                const next = topicSort.safeParse(id)
                if (next.success)
                  void setView({
                    sort: next.data,
                    desc: sort === next.data ? !desc : next.data !== 'name',
                    offset: 0,
                  })
              }}
            />
          )}
        </QueryPanel>
      </div>
      {total > pageRows ? (
        <div className="flex items-center gap-2 text-muted">
          <Button
            disabled={offset === 0}
            onClick={() => void setView({ offset: Math.max(0, offset - pageRows) })}
          >
            Previous
          </Button>
          <span>
            {offset + 1} to {Math.min(total, offset + pageRows)} of {total}
          </span>
          <Button
            disabled={offset + pageRows >= total}
            onClick={() => void setView({ offset: offset + pageRows })}
          >
            Next
          </Button>
        </div>
      ) : null}
    </PageShell>
  )
}
