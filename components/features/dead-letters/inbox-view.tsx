'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useQueryStates } from 'nuqs'
import { useState } from 'react'
import {
  findChoice,
  inboxDeadlines,
  inboxFilters,
  inboxSorts,
  mostGroupsOfPlan,
  openGroupStates,
} from '#server/contracts/choices.ts'
import type { FailureGroupList } from '#server/contracts/failure-groups.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { failureGroupColumns } from './failure-group-columns.tsx'
import { inboxAsk, inboxSearch } from './inbox-address.ts'
import { FoundTopics } from './lazy-found-topics.tsx'
import { MoreGroups } from './more-groups.tsx'

// Loaded when the first group is chosen: the inbox opens without it.
const MergeBar = dynamic(() => import('./merge-bar.tsx').then((module) => module.MergeBar), { ssr: false })

// Stands at the end of its row: nothing moves when it comes.
const InboxReplay = dynamic(() => import('./inbox-replay.tsx').then((module) => module.InboxReplay), {
  ssr: false,
})

const filterTitles = {
  open: 'Open',
  muted: 'Muted',
  resolved: 'Resolved',
  archived: 'Archived',
  all: 'All',
} as const

const deadlineTitles = {
  '3h': 'Unrecoverable within 3 h',
  '24h': 'Unrecoverable within 1 d',
  '7d': 'Unrecoverable within 7 d',
} as const

const sayRanked = (count: number): string =>
  `Only the ${formatCount(count)} last seen of all that fit were looked at. `

/** Which of the failure groups that fit are listed; null: all of them. */
const sayListed = ({ cutAt, fittingTotal, rankedOf }: FailureGroupList['data']): string | null => {
  if (cutAt === null && rankedOf === null) return null
  const first =
    cutAt === null
      ? ''
      : `The first ${formatCount(cutAt)} of ${sayMany(fittingTotal, 'group')} in this order${cutAt < mostGroupsOfPlan ? ', more at the end of the list' : ''}. `
  return `${first}${rankedOf === null ? '' : sayRanked(rankedOf)}Narrow the list by text, topic or group to see others.`
}

const CutLine = ({ list }: { readonly list: FailureGroupList['data'] }) => {
  const sentence = sayListed(list)
  return sentence === null ? null : <p className="border-b border-line px-3 py-1.5 text-muted">{sentence}</p>
}

/** Why nothing is listed: perhaps not all were looked at, perhaps all are closed, perhaps there are none. */
const emptyInbox = (data: FailureGroupList['data'] | undefined, state: string) => {
  if (data && data.rankedOf !== null)
    return {
      title: 'None of those looked at',
      text: `${sayRanked(data.rankedOf)}Narrow the list by text, topic or group.`,
    }
  const counts = data?.counts
  if (counts && counts.resolved + counts.archived + counts.muted > 0)
    return {
      title: state === 'open' ? 'No open failure groups' : `No failure groups that are ${state}`,
      text: `${formatCount(counts.resolved)} resolved, ${formatCount(counts.archived)} archived, ${formatCount(counts.muted)} muted. A new failure appears here by itself.`,
    }
  return {
    title: 'No dead letters',
    text: 'Topics named like orders-dlt, orders.DLT, …dlq… or dead-letter-topic-… are read by themselves, and so are those whose newest records carry a framework’s failure headers; others can be named in spillway.yaml under deadLetterTopics.',
  }
}

/** The inbox: dead letters grouped by what killed them, the fastest growing first unless sorted otherwise. */
export const InboxView = ({ connection }: { readonly connection: string }) => {
  const [view, setView] = useQueryStates(inboxSearch)
  const { q, state, sort, desc, within } = view
  /** Another list begins with its first groups. */
  const narrow = (next: Partial<Pick<typeof view, 'q' | 'state' | 'within'>>) =>
    void setView({ ...next, show: null })
  const query = useQuery(endpointQuery(endpoints.listFailureGroups, inboxAsk(connection, view)))
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const chosenGroups = query.data?.data.groups.filter(({ id }) => chosen.has(id)) ?? []
  const unlisted = chosen.size - chosenGroups.length
  const index = query.data?.data.index
  const counts = query.data?.data.counts
  const countOf = (filter: (typeof inboxFilters)[number]): number | null => {
    if (!counts || !query.data) return null
    if (filter === 'all') return query.data.data.unfilteredTotal
    return filter === 'open' ? openGroupStates.reduce((sum, one) => sum + counts[one], 0) : counts[filter]
  }
  return (
    <PageShell
      title="Dead letters"
      meta={
        index ? (
          <span className={index.stale ? 'text-warning' : ''}>
            index {index.stale ? 'not current: last read ' : 'read '}
            <Ago at={index.lastIndexedAt} />
            {index.behindMessages !== null && index.behindMessages !== '0'
              ? ` · ${formatCount(index.behindMessages)} not read yet`
              : ''}
          </span>
        ) : null
      }
      actions={
        <>
          <LinkButton href={routes.letters(connection)}>All letters</LinkButton>
          <LinkButton href={routes.failureGrouping(connection)}>Grouping rules</LinkButton>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <div role="group" aria-label="State" className="flex gap-1">
          {inboxFilters.map((filter) => (
            <button
              key={filter}
              type="button"
              aria-pressed={filter === state}
              onClick={() => narrow({ state: filter })}
              className={classNames(
                'h-7 rounded-base border px-2.5 hover:bg-hover',
                filter === state
                  ? 'border-line bg-panel font-strong text-text'
                  : 'border-transparent text-muted',
              )}
            >
              {filterTitles[filter]} <span className="text-faint">{countOf(filter) ?? ''}</span>
            </button>
          ))}
        </div>
        <Input
          data-filter
          maxLength={200}
          aria-label="Filter by error, frame, topic, group or person"
          placeholder="Filter by error, topic, group or person  /"
          value={q}
          onChange={(event) => narrow({ q: event.target.value })}
          className="w-80"
        />
        <Select
          aria-label="Becomes unrecoverable within"
          value={within ?? ''}
          onChange={({ target }) => narrow({ within: findChoice(inboxDeadlines, target.value) ?? null })}
        >
          <option value="">Whenever it expires</option>
          {inboxDeadlines.map((one) => (
            <option key={one} value={one}>
              {deadlineTitles[one]}
            </option>
          ))}
        </Select>
        <span className="ml-auto flex flex-wrap items-center justify-end gap-2">
          <InboxReplay
            connection={connection}
            groups={chosen.size === 0 ? (query.data?.data.groups ?? []) : chosenGroups}
            areChosen={chosen.size > 0}
          />
        </span>
      </div>
      {unlisted === 0 ? null : (
        <p className="flex items-center gap-3 text-muted">
          {sayMany(unlisted, 'chosen group')} {unlisted === 1 ? 'is' : 'are'} not in this list, and left out
          of what is done with the chosen.
          <Button onClick={() => setChosen(new Set(chosenGroups.map(({ id }) => id)))}>
            Unchoose {unlisted === 1 ? 'it' : 'them'}
          </Button>
        </p>
      )}
      {chosenGroups.length === 0 ? null : (
        <MergeBar connection={connection} groups={chosenGroups} onEnd={() => setChosen(new Set())} />
      )}
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={8} columns={failureGroupColumns(connection)} lines={2} canChoose />}
          isEmpty={({ data }) => data.groups.length === 0}
          empty={emptyInbox(query.data?.data, state)}
          onClearFilter={
            q === '' && state === 'open' && within === null
              ? undefined
              : () => narrow({ q: '', state: 'open', within: null })
          }
          degraded={({ degraded }) => degraded}
        >
          {({ data }) => (
            <>
              <CutLine list={data} />
              <DataTable
                label="Failure groups"
                columns={failureGroupColumns(connection)}
                rows={data.groups}
                rowKey={({ id }) => id}
                rowHref={({ id }) => routes.failureGroup(connection, id)}
                lines={2}
                selection={{ chosen, onChange: setChosen }}
                sorting={{ id: sort, desc }}
                onSort={(id) => {
                  const next = findChoice(inboxSorts, id)
                  if (next) void setView({ sort: next, desc: sort === next ? !desc : next !== 'expires' })
                }}
              />
              {data.cutAt === null || data.cutAt >= mostGroupsOfPlan ? null : (
                <MoreGroups
                  listed={data.cutAt}
                  fitting={data.fittingTotal}
                  isReading={query.isPlaceholderData}
                  onShow={(groups) => void setView({ show: groups })}
                />
              )}
            </>
          )}
        </QueryPanel>
      </div>
      <FoundTopics connection={connection} />
    </PageShell>
  )
}
