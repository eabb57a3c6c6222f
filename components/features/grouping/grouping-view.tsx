'use client'
import { useQuery } from '@tanstack/react-query'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { GroupingEditor } from './grouping-editor.tsx'
import { RegroupingPanel } from './regrouping-panel.tsx'
import { RuleHistory } from './rule-history.tsx'

/** By which rules letters become failure groups: to be looked at, tried on the letters that are there, and set. */
export const GroupingView = ({ connection }: { readonly connection: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showGrouping, { params: { connection } }),
    refetchInterval: ({ state }) => (state.data?.running ? 1_000 : false),
  })
  const data = query.data
  return (
    <PageShell
      title="Grouping rules"
      meta={
        data ? (
          data.changedAt === null ? (
            'Nobody has changed how Spillway groups letters'
          ) : (
            <span>
              last changed by {data.changedBy}, <Time at={data.changedAt} short />
            </span>
          )
        ) : null
      }
      actions={<LinkButton href={routes.deadLetters(connection)}>Failure groups</LinkButton>}
    >
      <QueryPanel
        query={query}
        skeleton={<SectionsSkeleton columns="minmax(0,1fr)" sections={[[['Rules', 8]]]} />}
      >
        {(grouping) => (
          <div className="grid grid-cols-[minmax(0,2fr)_minmax(280px,1fr)] items-start gap-3 max-[1100px]:grid-cols-1">
            <GroupingEditor
              key={JSON.stringify(grouping.rules)}
              connection={connection}
              grouping={grouping}
            />
            <div className="flex min-w-0 flex-col gap-3">
              {grouping.running === null ? null : <RegroupingPanel job={grouping.running} />}
              <RuleHistory history={grouping.history} />
            </div>
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}
