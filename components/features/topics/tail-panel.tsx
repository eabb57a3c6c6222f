'use client'
import { CircleAlert, LoaderCircle, Pause, Play, Radio, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import type { MessageRow } from '#server/contracts/messages.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { rowKeyOf } from '../../client/search-state.ts'
import { mostTailRows, skippedOf, type TailState } from '../../client/tail-state.ts'
import { useHotkey } from '../../client/use-hotkey.ts'
import { type TailAsked, useMessageTail } from '../../client/use-message-tail.ts'
import { Announced } from '../../patterns/announced.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { PanelMessage } from '../../patterns/panel-message.tsx'
import { formatCount, formatRate } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'

/**
 * Messages as they arrive, the newest on top. Paused, the rows stand still and what comes is counted; what is left out
 * is always said. Looking at a row pauses, so that it does not run away.
 */
export const TailPanel = ({
  asked,
  what,
  columns,
  rowHref,
  looked,
  onLook,
  onStop,
}: {
  readonly asked: TailAsked
  /** What is followed, for sentences: the topic’s name, “3 topics”. */
  readonly what: string
  readonly columns: readonly Column<MessageRow>[]
  readonly rowHref: (row: MessageRow) => string
  readonly looked: string | null
  readonly onLook: (key: string) => void
  readonly onStop: () => void
}) => {
  const { state, pause, resume, again } = useMessageTail(asked)
  const isPaused = state.paused !== null
  const toggle = isPaused ? resume : pause
  useHotkey('P', toggle, state.status !== 'failed')
  // Lost later, it shows what it had and says so.
  const hasFailed = state.status === 'failed' || (state.status === 'lost' && state.rate === null)
  const waiting = state.paused?.rows.length ?? 0
  const hasSearch = (asked.search ?? '') !== ''
  return (
    <section
      aria-label={`Live tail of ${what}`}
      className="overflow-hidden rounded-base border border-line bg-panel"
    >
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1">
        <Standing state={state} what={what} />
        {state.paused === null ? null : <Meanwhile paused={state.paused} />}
        <Figures state={state} hasSearch={hasSearch} />
        <span className="ml-auto flex items-center gap-2">
          {state.status === 'failed' ? null : (
            <Button size="small" kind={isPaused ? 'main' : 'plain'} onClick={toggle} aria-pressed={isPaused}>
              {isPaused ? <Play aria-hidden size={12} /> : <Pause aria-hidden size={12} />}
              {isPaused ? (waiting === 0 ? 'Go on' : `Show ${formatCount(waiting)} and go on`) : 'Pause'}{' '}
              <Kbd>Shift+P</Kbd>
            </Button>
          )}
          <Button size="small" onClick={onStop}>
            <Square aria-hidden size={12} /> Stop following
          </Button>
        </span>
      </div>
      <Troubles state={state} />
      <QueryPanel
        query={{
          data: hasFailed || state.rate === null ? undefined : state,
          error: hasFailed ? state.error : null,
          dataUpdatedAt: 0,
          errorUpdateCount: hasFailed ? 1 : 0,
          isPlaceholderData: false,
          isFetching: false,
          refetch: again,
        }}
        skeleton={<TableSkeleton rows={6} columns={columns} />}
      >
        {() =>
          state.rows.length === 0 ? (
            <PanelMessage
              testId="empty"
              icon={Radio}
              title={isPaused ? 'Nothing had arrived before the pause' : 'Waiting for the next message'}
              text={
                hasSearch
                  ? `Messages of ${what} that fit the search appear here as they arrive; older ones are found by a search.`
                  : `Messages of ${what} appear here as they arrive, the newest on top.`
              }
            />
          ) : (
            <DataTable
              label="Messages as they arrive, newest first"
              columns={columns}
              rows={state.rows}
              rowKey={rowKeyOf}
              rowHref={rowHref}
              looked={looked}
              onLook={(key) => {
                pause()
                onLook(key)
              }}
            />
          )
        }
      </QueryPanel>
    </section>
  )
}

const Standing = ({ state, what }: { readonly state: TailState; readonly what: string }) => {
  const [icon, tone, words]: [ReactNode, string, ReactNode] =
    state.status === 'failed'
      ? [<CircleAlert key="icon" aria-hidden size={14} />, 'text-critical', `${what} is not followed`]
      : state.paused !== null
        ? [<Pause key="icon" aria-hidden size={14} />, 'text-warning', `Paused: ${what}`]
        : state.status === 'following'
          ? [<Radio key="icon" aria-hidden size={14} />, 'text-ok', `Following ${what}`]
          : [
              <LoaderCircle key="icon" aria-hidden size={14} />,
              'text-muted',
              state.status === 'lost' ? `Connecting again to ${what}` : `Going to the end of ${what}`,
            ]
  return (
    <span
      role="status"
      data-tail={state.paused ? 'paused' : state.status}
      className={`flex items-center gap-1.5 font-strong ${tone}`}
    >
      {icon} {words}
    </span>
  )
}

/** How much comes, and what of it is not seen. */
const Figures = ({ state, hasSearch }: { readonly state: TailState; readonly hasSearch: boolean }) => {
  const { rate, leftOut, paused } = state
  if (rate === null) return null
  const skipped = skippedOf(state)
  return (
    <span className="flex flex-wrap gap-x-3 text-small text-muted">
      <span>{formatRate(Math.round(rate.perSecond * 10) / 10)} arriving</span>
      {hasSearch && paused === null ? (
        <span>{formatRate(Math.round(rate.matchesPerSecond * 10) / 10)} fit</span>
      ) : null}
      {paused === null ? (
        <span title={`The newest ${formatCount(mostTailRows)} are kept on screen.`}>
          {formatCount(state.rows.length)} on screen of {formatCount(state.arrived)} that came
        </span>
      ) : null}
      <span
        data-left-out
        className={leftOut > 0 ? 'text-warning' : ''}
        title="Messages that fitted and were never shown: more came than can be read, at most 100 each 250 ms, or than a pause keeps. A search finds them."
      >
        {formatCount(leftOut)} left out
      </span>
      {skipped > 0 ? (
        <span
          className="text-warning"
          title="The reading was too far behind and went on near the end: these were not looked at. A search finds them."
        >
          {formatCount(skipped)} not read
        </span>
      ) : null}
      {rate.behindMessages > 1_000 ? <span>{formatCount(rate.behindMessages)} behind</span> : null}
    </span>
  )
}

/** What has come since the rows stand still; in the place of the figures, so that nothing moves. */
const Meanwhile = ({ paused }: { readonly paused: NonNullable<TailState['paused']> }) => {
  const { sinceMs, rows, arrived } = paused
  const words = `${formatCount(arrived)} arrived meanwhile${arrived === rows.length ? '' : `, the newest ${formatCount(rows.length)} are kept`}`
  return (
    <>
      <Announced phase={`paused ${sinceMs}`} words={words} />
      <span className="text-small text-info" data-meanwhile>
        The rows stand still since <Time at={sinceMs} short />: {words}
      </span>
    </>
  )
}

/** What does not answer at present. The tail goes on with the rest. */
const Troubles = ({ state }: { readonly state: TailState }) => {
  const lost =
    state.status === 'lost' && state.rate !== null
      ? [{ detail: problemOfError(state.error).detail, sinceMs: state.lostSinceMs ?? 0 }]
      : []
  const all = [...lost, ...(state.rate?.troubles ?? [])]
  const notes = state.rate?.notes ?? []
  return all.length + notes.length === 0 ? null : (
    <ul data-state="partial" className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
      {all.map(({ detail, sinceMs }) => (
        <li key={detail}>
          {detail.replace(/\.$/, '')}, since <Time at={sinceMs} short />. It is tried again; what comes
          meanwhile follows then.
        </li>
      ))}
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  )
}
