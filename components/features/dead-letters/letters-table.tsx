'use client'
import dynamic from 'next/dynamic'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useState } from 'react'
import { findChoice, letterStandings } from '#server/contracts/choices.ts'
import type { DeadLetterList, DeadLetterRow, FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { letterColumns } from './letter-columns.tsx'
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

const standingNames = { open: 'Not put away', discarded: 'Discarded', archived: 'Archived' } as const

const rowsIn = {
  read: ({ letters }: DeadLetterList) => letters,
  write: (page: DeadLetterList, letters: readonly DeadLetterRow[]): DeadLetterList => ({
    ...page,
    letters: [...letters],
  }),
}

const countOf = (
  { open, settled, discarded, archived }: FailureGroupDetail['standings'],
  standing: (typeof letterStandings)[number],
): number => ({ open: open + settled, discarded, archived })[standing]

/** Letters of a failure group, newest first, to look at and to choose for a replay. */
export const LettersTable = ({
  connection,
  failureGroup,
  standings,
}: {
  readonly connection: string
  readonly failureGroup: string
  /** Undefined while they are not known. */
  readonly standings?: FailureGroupDetail['standings'] | undefined
}) => {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [wasChosen, setWasChosen] = useState(false)
  if (chosen.size > 0 && !wasChosen) setWasChosen(true)
  const [standing, setStanding] = useQueryState('standing', parseAsStringLiteral(letterStandings))
  const [text, setText] = useQueryState(
    'text',
    parseAsString.withDefault('').withOptions({ throttleMs: 300 }),
  )
  const q = text.trim()
  const filter = { ...(standing === null ? {} : { standing }), ...(q === '' ? {} : { q }) }
  const isFiltered = standing !== null || q !== ''
  const [looked, setLooked] = useQueryState('letter', parseAsString)
  const plan = usePlanReplay(connection)
  const growing = useGrowingList({
    endpoint: endpoints.listDeadLetters,
    input: {
      params: { connection },
      query: { failureGroup, limit: 100, ...filter },
    },
    rowsIn,
    keyOf: ({ id }: DeadLetterRow) => id,
  })
  const { panel, newest, rows } = growing
  return (
    <Section
      title="Letters"
      padded={false}
      aside={
        <>
          <Input
            aria-label="Only letters with this text in key, message, error or topics"
            placeholder="Text in key or error"
            value={text}
            onChange={(event) => {
              setChosen(new Set())
              void setText(event.target.value === '' ? null : event.target.value)
            }}
            className="w-44"
          />
          <Select
            quiet
            aria-label="Only letters that stand so"
            value={standing ?? ''}
            onChange={(event) => {
              setChosen(new Set())
              void setStanding(findChoice(letterStandings, event.target.value) ?? null)
            }}
          >
            <option value="">All letters</option>
            {letterStandings.map((one) => (
              <option key={one} value={one}>
                {standingNames[one]}
                {standings ? ` (${formatCount(countOf(standings, one))})` : ''}
              </option>
            ))}
          </Select>
          {newest ? (
            <span>
              {formatCount(rows.length)} of {formatCount(newest.total)}, newest first
            </span>
          ) : null}
          {isFiltered && chosen.size === 0 && newest && newest.total > 0 ? (
            <Button
              kind="main"
              size="small"
              disabled={plan.isPending}
              onClick={() =>
                plan.mutate({
                  filter: {
                    failureGroup,
                    ...filter,
                    ...(newest.upToId ? { upToId: newest.upToId } : {}),
                  },
                })
              }
            >
              Plan replay of the {formatCount(newest.total)} that fit
            </Button>
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
      {plan.error ? (
        <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
          {problemOfError(plan.error).title}: {problemOfError(plan.error).detail}
        </p>
      ) : null}
      {wasChosen ? (
        <LetterDecisionBar
          connection={connection}
          chosen={chosen}
          rows={rows}
          all={{
            // By its text nobody chooses letters that he does not see.
            count: q === '' ? (newest?.total ?? rows.length) : rows.length,
            selection: {
              failureGroupId: failureGroup,
              ...(standing === null ? {} : { standing }),
              ...(newest?.upToId ? { upToId: newest.upToId } : {}),
            },
          }}
          onChooseNone={() => setChosen(new Set())}
        />
      ) : null}
      <GrowingList {...growing} more="Older letters">
        <QueryPanel
          query={panel}
          skeleton={<TableSkeleton rows={6} columns={letterColumns(connection)} canChoose />}
          isEmpty={() => rows.length === 0}
          empty={{
            title: 'No letter of this group is kept any more',
            text: 'Retention has deleted them from their topic. The group stays for its history; new letters of the same failure appear here.',
          }}
          onClearFilter={
            isFiltered
              ? () => {
                  void setStanding(null)
                  void setText(null)
                }
              : undefined
          }
          filtered={{
            title: 'No letter of this group fits the filter',
            text: 'Its letters stand otherwise, or hold another text.',
            clear: 'Show all letters',
          }}
        >
          {() => (
            <DataTable
              label="Dead letters"
              columns={letterColumns(connection)}
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
