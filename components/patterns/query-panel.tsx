'use client'
import { CircleSlash, FilterX } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { DegradedSource } from '#server/contracts/problem.ts'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { Ago } from './ago.tsx'
import { FailedPanel, isDenied, type ListLink } from './failed-panel.tsx'
import { PanelMessage } from './panel-message.tsx'

/** What a panel needs of a query, of one answer or of pages. */
export type PanelQuery<T> = {
  readonly data: T | undefined
  readonly error: unknown
  readonly dataUpdatedAt: number
  readonly errorUpdateCount: number
  readonly isPlaceholderData: boolean
  readonly isFetching: boolean
  readonly refetch: () => unknown
}

export type PanelProps<T> = {
  readonly query: PanelQuery<T>
  /** The layout of the content in grey, while the first answer is on its way. */
  readonly skeleton: ReactNode
  readonly isEmpty?: (data: T) => boolean
  /** What an empty panel teaches. */
  readonly empty?: { readonly title: string; readonly text: ReactNode; readonly action?: ReactNode }
  /** Set when a filter is in force: an empty answer then offers to clear it. */
  readonly onClearFilter?: (() => void) | undefined
  /** What is said when the filter leaves nothing, where the plain sentence does not tell enough. */
  readonly filtered?: {
    readonly title: string
    readonly text: ReactNode
    readonly clear: string
    readonly action?: ReactNode
  }
  readonly degraded?: (data: T) => readonly DegradedSource[]
  /** Of a panel that is all of its page: where to look when its thing is not there. A failure then has a border. */
  readonly list?: ListLink
  readonly children: (data: T) => ReactNode
}

type Failure = { readonly error: unknown; readonly sinceMs: number }

/**
 * A panel in one of its states: loading, empty, filtered to nothing, denied, unreachable, or its content. When an
 * answer fails after a good one, the good one stays, marked with its age and the reason; a right that was taken away
 * takes the content with it. While a failed first answer is asked for again, its failure stays in sight. Content of an
 * earlier filter is dimmed until the new answer comes.
 *
 * `<QueryPanel query={useQuery(…)} skeleton={<TableSkeleton rows={8} />} isEmpty={(d) => d.topics.length === 0}>{(d) => …}</QueryPanel>`
 */
export const QueryPanel = <T,>(props: PanelProps<T>) => {
  const { query, skeleton, list, children } = props
  const { data, error, dataUpdatedAt, errorUpdateCount, isPlaceholderData, isFetching } = query
  const [failure, setFailure] = useState<Failure | null>(null)
  if (error && failure?.error !== error)
    setFailure({ error, sinceMs: failure?.sinceMs ?? (data === undefined ? Date.now() : dataUpdatedAt) })
  const isOver = !error && (data !== undefined || errorUpdateCount === 0)
  if (isOver && failure !== null) setFailure(null)

  const failed = error ?? (data === undefined && !isOver ? failure?.error : null)
  if (data === undefined || (failed && (isPlaceholderData || isFinal(failed)))) {
    if (!failed)
      return (
        <div aria-busy="true" data-state="loading">
          {skeleton}
        </div>
      )
    return (
      <FailedPanel
        error={failed}
        sinceMs={failure?.sinceMs ?? null}
        isTrying={isFetching}
        onRetry={() => void query.refetch()}
        list={list}
        onClearFilter={props.onClearFilter}
      />
    )
  }
  if (failed) {
    const { title, detail, hint } = problemOfError(failed)
    return (
      <div data-state="unreachable">
        <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
          {title}: {detail} What is shown is the last good answer, <Ago at={dataUpdatedAt} />. {hint}{' '}
          <button type="button" onClick={() => void query.refetch()} className="underline underline-offset-2">
            Try again
          </button>
        </p>
        <div className="border-l-2 border-critical-line">{children(data)}</div>
      </div>
    )
  }
  return (
    <div
      {...(isPlaceholderData ? { 'aria-busy': true, 'data-state': 'old' } : {})}
      className={isPlaceholderData ? 'block opacity-50' : 'contents'}
    >
      <Answer {...props} data={data} />
    </div>
  )
}

/** Failures that more waiting does not mend, and that make older data wrong to show. */
export const isFinal = (error: unknown): boolean =>
  isDenied(error) || problemOfError(error).code === 'not-found'

const Answer = <T,>({
  data,
  isEmpty,
  empty,
  filtered,
  onClearFilter,
  degraded,
  children,
}: PanelProps<T> & { readonly data: T }) => {
  const sources = degraded?.(data) ?? []
  return (
    <>
      {sources.length > 0 ? <DegradedStrip sources={sources} /> : null}
      {!isEmpty?.(data) ? (
        children(data)
      ) : onClearFilter ? (
        <PanelMessage
          testId="filtered"
          icon={FilterX}
          title={filtered?.title ?? 'Nothing matches the filter'}
          text={filtered?.text ?? 'There is data, but none of it fits what was typed or chosen.'}
          action={
            <div className="flex flex-wrap gap-2">
              {filtered?.action}
              <Button onClick={onClearFilter}>{filtered?.clear ?? 'Clear filter'}</Button>
            </div>
          }
        />
      ) : (
        <PanelMessage
          testId="empty"
          icon={CircleSlash}
          title={empty?.title ?? 'Nothing here yet'}
          text={empty?.text ?? ''}
          action={empty?.action}
        />
      )}
    </>
  )
}

const DegradedStrip = ({ sources }: { readonly sources: readonly DegradedSource[] }) => (
  <ul data-state="partial" className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
    {sources.map(({ source, detail, lastGoodAt }) => (
      <li key={`${source} ${detail}`}>
        Partial: {detail} ({source})
        {lastGoodAt === undefined ? (
          ''
        ) : (
          <>
            {' '}
            · last good answer <Ago at={lastGoodAt} />
          </>
        )}
      </li>
    ))}
  </ul>
)
