'use client'
import { CircleSlash, Hourglass } from 'lucide-react'
import type { MessageRow } from '#server/contracts/messages.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { isProvisional, reportOf, rowKeyOf, type SearchState } from '../../client/search-state.ts'
import type { useMessageSearch } from '../../client/use-message-search.ts'
import { Button } from '../../ui/button.tsx'
import { DataTable } from '../data-table.tsx'
import type { Column } from '../data-table-types.ts'
import { PanelMessage } from '../panel-message.tsx'
import { sayMany } from '../quantity.ts'
import { QueryPanel } from '../query-panel.tsx'
import { TableSkeleton } from '../table-skeleton.tsx'
import { MissingStrip, numbered, SearchedUntil, UnfinishedStrip } from './search-report.tsx'

/**
 * The rows of a search in each of its states, as they are found. Those that may still be overtaken carry a mark, until
 * what is unread can not hold a message that comes before them.
 */
export const FoundMessages = ({
  search: { state, again, goOn },
  what,
  columns,
  rowHref,
  looked,
  onLook,
  onClear,
  clearWords = 'Show all messages',
}: {
  readonly search: ReturnType<typeof useMessageSearch>
  /** What is searched, for sentences: the topic’s name, “3 topics”. */
  readonly what: string
  readonly columns: readonly Column<MessageRow>[]
  readonly rowHref: (row: MessageRow) => string
  readonly looked: string | null
  readonly onLook: (key: string) => void
  readonly onClear: () => void
  /** What clearing leads to. */
  readonly clearWords?: string
}) => {
  const hasRows = state.rows.length > 0
  if (state.status === 'cancelled' && !hasRows)
    return (
      <PanelMessage
        testId="cancelled"
        icon={CircleSlash}
        title="The search was cancelled"
        text="Nothing more is read from the broker."
        action={
          <div className="flex gap-2">
            <Button onClick={() => goOn()}>Continue</Button>
            <Button onClick={() => again()}>Search again</Button>
          </div>
        }
      />
    )
  const isWaiting = !hasRows && (state.status === 'running' || state.status === 'idle')
  const marked = withMark(columns, state)
  return (
    <>
      {state.registryProblem === null ? null : (
        <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
          The schema registry could not be asked ({state.registryProblem}); payloads are shown without their
          schema.
        </p>
      )}
      <QueryPanel
        query={{
          data: isWaiting || (state.error && !hasRows) ? undefined : state,
          error: hasRows ? null : state.error,
          dataUpdatedAt: state.updatedAt,
          errorUpdateCount: state.error ? 1 : 0,
          isPlaceholderData: false,
          isFetching: state.status === 'running',
          refetch: () => again(),
        }}
        skeleton={<TableSkeleton rows={14} columns={marked} />}
        isEmpty={() => !hasRows}
        onClearFilter={onClear}
        filtered={{
          title: state.nextCursor === null ? 'No message fits the search' : 'No match so far',
          text: <NothingFound state={state} what={what} />,
          clear: clearWords,
          ...(state.nextCursor === null
            ? {}
            : {
                action: (
                  <Button kind="main" onClick={() => goOn()}>
                    Continue
                  </Button>
                ),
              }),
        }}
      >
        {() => (
          <>
            <Broken state={state} onGoOn={() => goOn()} />
            <UnfinishedStrip state={state} onGoOn={() => goOn()} />
            <MissingStrip state={state} />
            <DataTable
              label={`Messages found, ${state.order} first`}
              columns={marked}
              rows={state.rows}
              rowKey={rowKeyOf}
              rowHref={rowHref}
              looked={looked}
              onLook={onLook}
            />
          </>
        )}
      </QueryPanel>
      {state.nextCursor !== null && hasRows ? (
        <div className="border-t border-line p-2">
          <Button onClick={() => goOn()}>
            {state.order === 'newest' ? 'Continue further back' : 'Continue further on'}
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** The first column with the mark of rows that may still be overtaken. */
const withMark = (columns: readonly Column<MessageRow>[], state: SearchState): Column<MessageRow>[] =>
  columns.map((column, place) =>
    place > 0
      ? column
      : {
          ...column,
          cell: (row) =>
            isProvisional(state, row) ? (
              <span className="flex items-center gap-1 text-muted">
                {column.cell(row)}
                <span title="May still be overtaken: what is not read yet may hold a message that comes before it.">
                  <Hourglass aria-label="may still be overtaken" size={11} />
                </span>
              </span>
            ) : (
              column.cell(row)
            ),
        },
  )

const NothingFound = ({ state, what }: { readonly state: SearchState; readonly what: string }) => {
  const scan = reportOf(state)
  const notes = numbered(scan?.notes ?? []).map(({ key, note }) => (
    <span key={key} className="block text-warning">
      {note}
    </span>
  ))
  if (scan?.stop === 'budget')
    return (
      <>
        0 matches so far, <SearchedUntil state={state} />.{notes}
      </>
    )
  const errors = scan?.errors ?? []
  return (
    <>
      Read {sayMany(scan?.messages ?? '0', 'message')} of {what},{' '}
      {scan?.stop === 'end' ? 'all there are' : 'not all there are'}; none fits.
      {errors.map(({ topic, partition, detail }) => (
        <span key={`${topic ?? ''} ${partition}`} className="block text-warning">
          Partition {partition}
          {topic === undefined ? '' : ` of ${topic}`} could not be read: {detail}
        </span>
      ))}
      {notes}
    </>
  )
}

/** A search that broke off, or was cancelled, after it had found something. */
const Broken = ({ state, onGoOn }: { readonly state: SearchState; readonly onGoOn: () => void }) => {
  if (state.status !== 'failed' && state.status !== 'cancelled') return null
  const isCancelled = state.status === 'cancelled'
  const { title, detail, hint } = problemOfError(state.error)
  return (
    <div
      data-state={isCancelled ? 'cancelled' : 'unreachable'}
      role={isCancelled ? 'status' : 'alert'}
      className={
        isCancelled
          ? 'flex flex-wrap items-center gap-3 border-b border-line bg-raised px-3 py-1.5 text-muted'
          : 'flex flex-wrap items-center gap-3 border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical'
      }
    >
      <span>
        {isCancelled
          ? 'The search was cancelled; what it had found is shown.'
          : `${title}: ${detail} What was found until then is shown. ${hint}`}
      </span>
      <Button size="small" onClick={onGoOn}>
        Continue
      </Button>
    </div>
  )
}
