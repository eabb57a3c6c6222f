'use client'
import dynamic from 'next/dynamic'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { DeadLetterList, DeadLetterRow, FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { letterColumns } from './letter-columns.tsx'
import { LetterFilters, useLetterFilters } from './letter-filters.tsx'
import { lettersAsk } from './letters-address.ts'
import { PlanButton } from './plan-button.tsx'
import { seenAuditIdOf } from './use-decide-letters.ts'
import { usePlanReplay } from './use-plan-replay.ts'

// Loaded when the first details are looked at: a page opens without it.
const LetterPanel = dynamic(() => import('./letter-panel.tsx').then((module) => module.LetterPanel), {
  ssr: false,
})

// Loaded when the first letter is chosen.
const LetterDecisionBar = dynamic(
  () => import('./letter-decision-bar.tsx').then((module) => module.LetterDecisionBar),
  { ssr: false },
)

const rowsIn = {
  read: ({ letters }: DeadLetterList) => letters,
  write: (page: DeadLetterList, letters: readonly DeadLetterRow[]): DeadLetterList => ({
    ...page,
    letters: [...letters],
  }),
}

/** Letters of a failure group, or of all, newest first, to look at and to choose for a replay. */
export const LettersTable = ({
  connection,
  failureGroup,
  standings,
  topics,
}: {
  readonly connection: string
  /** Left out: of all groups. */
  readonly failureGroup?: string
  /** Dead-letter topics that hold some; left out: those of the letters that are shown are known. */
  readonly topics?: readonly string[]
  /** Undefined while they are not known. */
  readonly standings?: FailureGroupDetail['standings'] | undefined
}) => {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [wasChosen, setWasChosen] = useState(false)
  if (chosen.size > 0 && !wasChosen) setWasChosen(true)
  const filters = useLetterFilters()
  const { filter, isFiltered } = filters
  const ofGroup = failureGroup === undefined ? {} : { failureGroup }
  const [looked, setLooked] = useQueryState('letter', parseAsString)
  const plan = usePlanReplay(connection)
  const growing = useGrowingList({
    endpoint: endpoints.listDeadLetters,
    input: lettersAsk(connection, filter, failureGroup),
    rowsIn,
    keyOf: ({ id }: DeadLetterRow) => id,
  })
  const { panel, newest, rows } = growing
  const shownTopics = [...new Set(rows.map(({ topic }) => topic))]
  // The page of a group has its error for a title; a group that others were merged into has letters of several.
  const withError = failureGroup === undefined || new Set(rows.map(({ errorClass }) => errorClass)).size > 1
  const columns = letterColumns(connection, { withTopic: shownTopics.length > 1, withError })
  return (
    <Section
      title="Letters"
      padded={false}
      aside={
        <>
          {newest ? (
            <span>
              {formatCount(rows.length)} of {formatCount(newest.total)}, newest first
            </span>
          ) : null}
          {isFiltered && chosen.size === 0 && newest && newest.total > 0 ? (
            <PlanButton
              count={newest.total}
              words={`Plan replay of the ${formatCount(newest.total)} that fit`}
              narrow="Narrow them further, for example by time."
              isPending={plan.isPending}
              onPlan={() =>
                plan.mutate({
                  filter: { ...ofGroup, ...filter, ...(newest.upToId ? { upToId: newest.upToId } : {}) },
                })
              }
            />
          ) : null}
          {chosen.size > 0 ? (
            <>
              <Button kind="bare" size="small" onClick={() => setChosen(new Set())}>
                Choose none
              </Button>
              <Button
                kind="main"
                size="small"
                disabled={plan.isPending}
                onClick={() => plan.mutate({ letterIds: [...chosen] })}
              >
                Plan replay of {formatCount(chosen.size)}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <LetterFilters
        filters={filters}
        topics={topics ?? shownTopics}
        standings={standings}
        onChange={() => setChosen(new Set())}
      />
      <ProblemLine error={plan.error} look="strip" />
      {wasChosen ? (
        <LetterDecisionBar
          connection={connection}
          chosen={chosen}
          rows={rows}
          all={{
            // By its text, place or time nobody chooses letters that he does not see.
            count:
              filters.isByStandingAlone && failureGroup !== undefined
                ? (newest?.total ?? rows.length)
                : rows.length,
            selection: {
              ...(failureGroup === undefined ? {} : { failureGroupId: failureGroup }),
              ...(filter.standing === undefined ? {} : { standing: filter.standing }),
              ...(newest?.upToId ? { upToId: newest.upToId } : {}),
            },
            seenAuditId: seenAuditIdOf(growing.pages),
          }}
          onChooseNone={() => setChosen(new Set())}
        />
      ) : null}
      <GrowingList {...growing} more="Older letters">
        <QueryPanel
          query={panel}
          skeleton={<TableSkeleton rows={6} columns={columns} canChoose />}
          isEmpty={() => rows.length === 0}
          empty={
            failureGroup === undefined
              ? {
                  title: 'No dead letters',
                  text: 'No letter is indexed. One that dies appears here by itself.',
                }
              : {
                  title: 'No letter of this group is kept any more',
                  text: 'Retention has deleted them from their topic. The group stays for its history; new letters of the same failure appear here.',
                }
          }
          onClearFilter={isFiltered ? filters.clear : undefined}
          filtered={{
            title:
              failureGroup === undefined
                ? 'No letter fits the filter'
                : 'No letter of this group fits the filter',
            text: 'Its letters stand otherwise, elsewhere, or died at other times.',
            clear: 'Show all letters',
          }}
        >
          {() => (
            <DataTable
              label="Dead letters"
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHref={({ id }) => routes.deadLetter(connection, id)}
              selection={{ chosen, onChange: setChosen }}
              looked={looked}
              onLook={(id) => void setLooked(id)}
            />
          )}
        </QueryPanel>
      </GrowingList>
      {looked === null ? null : (
        <LetterPanel connection={connection} id={looked} onClose={() => void setLooked(null)} />
      )}
    </Section>
  )
}
