'use client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { findChoice, outcomes } from '#server/contracts/choices.ts'
import type { Outcome, ReplayItem } from '#server/contracts/replays.ts'
import { endpointPages } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status, statuses } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'

/** The dead letter of an item, or the message of a retry topic. */
const sourceRoute = (connection: string, { isWaiting, letterId, source }: ReplayItem): string =>
  isWaiting
    ? routes.message(connection, source.topic, source.position)
    : routes.deadLetter(connection, letterId)

/** A proof with the letter that the copy came back as, which it names, as a link. */
const Proof = ({
  connection,
  proof,
  returnedAs,
}: Pick<ReplayItem, 'proof' | 'returnedAs'> & { readonly connection: string }) => {
  if (returnedAs === null) return <TimedText text={proof} />
  const name = `dead letter ${returnedAs.letterId}`
  const link = (
    <Link href={routes.deadLetter(returnedAs.connection ?? connection, returnedAs.letterId)} className="link">
      {name}
    </Link>
  )
  const [before = '', ...after] = proof.split(`(${name})`)
  return after.length === 0 ? (
    <>
      {link}: <TimedText text={proof} />
    </>
  ) : (
    <>
      <TimedText text={before} />({link})<TimedText text={after.join(`(${name})`)} />
    </>
  )
}

const columns = (connection: string, targetConnection: string): readonly Column<ReplayItem>[] => [
  {
    id: 'outcome',
    header: 'Outcome',
    width: '92px',
    cell: (item) => <Status of="outcome" value={item.outcome} />,
  },
  {
    id: 'key',
    header: 'Key',
    width: 'minmax(104px, 1fr)',
    mono: true,
    cell: (item) => (
      <Link href={sourceRoute(connection, item)} className="link">
        {item.keyText?.trim()
          ? item.keyText
          : item.isWaiting
            ? item.source.position
            : `letter ${item.letterId}`}
      </Link>
    ),
  },
  {
    id: 'proof',
    header: 'Proof',
    width: 'minmax(208px, 4fr)',
    cell: ({ proof, returnedAs }) => (
      <span title={proof} className="line-clamp-2 whitespace-normal leading-snug">
        {proof === '' ? (
          <span className="text-faint">not sent yet</span>
        ) : (
          <Proof connection={connection} proof={proof} returnedAs={returnedAs} />
        )}
      </span>
    ),
  },
  {
    id: 'copy',
    header: 'Copy',
    width: '120px',
    mono: true,
    cell: ({ target }) =>
      target.position === null ? (
        <span className="text-faint">–</span>
      ) : (
        <Link href={routes.message(targetConnection, target.topic, target.position)} className="link">
          {target.topic} {target.position}
        </Link>
      ),
  },
  {
    id: 'sent',
    header: 'Sent',
    width: '104px',
    // On a narrow page the proof, which tells times, too, gets its room.
    isSecondary: true,
    mono: true,
    cell: ({ sentAt }) => <Time at={sentAt} compact />,
  },
  {
    id: 'trace',
    header: 'Traces',
    width: '84px',
    cell: ({ traceId, copyTraceId: own = null, returnedAs }) => {
      const copyTraceId = returnedAs?.traceId ?? own
      return traceId === null && copyTraceId === null ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="flex gap-2">
          {traceId === null || traceId === copyTraceId ? null : (
            <Link href={routes.trace(connection, traceId)} className="link">
              {copyTraceId === null ? 'trace' : 'old'}
            </Link>
          )}
          {copyTraceId === null ? null : (
            <Link href={routes.trace(connection, copyTraceId)} className="link">
              copy
            </Link>
          )}
        </span>
      )
    },
  },
]

const stillOpen: ReadonlySet<Outcome> = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/** Items of a replay in the order of sending, each with its outcome and proof. */
export const ReplayItems = ({
  connection,
  replayId,
  isOver,
  returnedAs,
  target,
}: {
  readonly connection: string
  /** The connection that copies went to. */
  readonly target: string
  readonly replayId: string
  /** Every item has its outcome: nothing will change. */
  readonly isOver: boolean
  /** Only what came back as letters of this failure group; null: all. */
  readonly returnedAs: string | null
}) => {
  const [only, setOnly] = useQueryState('outcome', parseAsStringLiteral(outcomes))
  const query = useInfiniteQuery({
    ...endpointPages(endpoints.listReplayItems, {
      params: { connection, id: replayId },
      query: {
        limit: 100,
        ...(only === null ? {} : { outcome: only }),
        ...(returnedAs === null ? {} : { returnedAs }),
      },
    }),
    staleTime: 0,
    // The replay may be told to be over before its last items are: what is shown may not stay open for ever.
    refetchInterval: ({ state: { data } }) =>
      isOver && !data?.pages.some(({ items }) => items.some(({ outcome }) => stillOpen.has(outcome)))
        ? false
        : 3_000,
    placeholderData: keepPreviousData,
  })
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section
      title="Items"
      padded={false}
      aside={
        <Select
          aria-label="Only items with this outcome"
          value={only ?? ''}
          onChange={(event) => void setOnly(findChoice(outcomes, event.target.value) ?? null)}
        >
          <option value="">All outcomes</option>
          {outcomes.map((one) => (
            <option key={one} value={one}>
              {statuses.outcome[one].label}
            </option>
          ))}
        </Select>
      }
    >
      <QueryPanel
        query={query}
        skeleton={<TableSkeleton rows={6} columns={columns(connection, target)} lines={2} />}
        isEmpty={() => items.length === 0}
        empty={{ title: 'This replay has no items', text: 'Its plan left nothing to send.' }}
        onClearFilter={only === null ? undefined : () => void setOnly(null)}
        filtered={{
          title: `No item is ${only === null ? '' : statuses.outcome[only].label.toLowerCase()}`,
          text: 'The items of this replay have other outcomes now.',
          clear: 'Show all outcomes',
        }}
      >
        {() => (
          <DataTable
            label="Items of the replay"
            columns={columns(connection, target)}
            rows={items}
            rowKey={({ id }) => id}
            rowHref={(item) => sourceRoute(connection, item)}
            lines={2}
          />
        )}
      </QueryPanel>
      {query.hasNextPage ? (
        <div className="border-t border-line p-2">
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            More items
          </Button>
        </div>
      ) : null}
    </Section>
  )
}
