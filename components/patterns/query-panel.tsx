'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import { CircleSlash, FilterX, Lock, SearchX, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import type { DegradedSource, ProblemCode } from '#server/contracts/problem.ts'
import { problemOfError } from '../client/problem-error.ts'
import { Button } from '../ui/button.tsx'
import { Ago } from './ago.tsx'
import { PanelMessage } from './panel-message.tsx'

const denied = new Set<ProblemCode>([
  'permission-denied',
  'broker-denied',
  'read-only-connection',
  'foreign-host',
  'foreign-origin',
])

export type PanelProps<T> = {
  readonly query: UseQueryResult<T>
  /** The layout of the content in grey, while the first answer is on its way. */
  readonly skeleton: ReactNode
  readonly isEmpty?: (data: T) => boolean
  /** What an empty panel teaches. */
  readonly empty?: { readonly title: string; readonly text: ReactNode; readonly action?: ReactNode }
  /** Set when a filter is in force: an empty answer then offers to clear it. */
  readonly onClearFilter?: (() => void) | undefined
  readonly degraded?: (data: T) => readonly DegradedSource[]
  readonly children: (data: T) => ReactNode
}

/**
 * A panel in one of its states: loading, empty, filtered to nothing, denied, unreachable, or its content. When an
 * answer fails after a good one, the good one stays, marked with its age and the reason.
 *
 * `<QueryPanel query={useQuery(…)} skeleton={<TableSkeleton rows={8} />} isEmpty={(d) => d.topics.length === 0}>{(d) => …}</QueryPanel>`
 */
export const QueryPanel = <T,>({
  query,
  skeleton,
  isEmpty,
  empty,
  onClearFilter,
  degraded,
  children,
}: PanelProps<T>) => {
  const { data, error, dataUpdatedAt, isPlaceholderData } = query
  if (data === undefined && error === null)
    return (
      <div aria-busy="true" data-state="loading">
        {skeleton}
      </div>
    )
  if (data === undefined) return <FailedPanel error={error} onRetry={() => void query.refetch()} />
  if (error) {
    const problem = problemOfError(error)
    if (isPlaceholderData || problem.code === 'not-found')
      return <FailedPanel error={error} onRetry={() => void query.refetch()} />
    return (
      <div data-state="unreachable">
        <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
          {problem.title}: {problem.detail} Last good answer <Ago at={dataUpdatedAt} />. {problem.hint}
        </p>
        <div className="opacity-60">{children(data)}</div>
      </div>
    )
  }
  const sources = degraded?.(data) ?? []
  return (
    <>
      {sources.length > 0 ? <DegradedStrip sources={sources} /> : null}
      {isEmpty?.(data) ? (
        onClearFilter ? (
          <PanelMessage
            testId="filtered"
            icon={FilterX}
            title="Nothing matches the filter"
            text="There is data, but none of it fits what was typed or chosen."
            action={<Button onClick={onClearFilter}>Clear filter</Button>}
          />
        ) : (
          <PanelMessage
            testId="empty"
            icon={CircleSlash}
            title={empty?.title ?? 'Nothing here yet'}
            text={empty?.text ?? ''}
            action={empty?.action}
          />
        )
      ) : (
        children(data)
      )}
    </>
  )
}

const FailedPanel = ({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) => {
  const { title, detail, hint, code } = problemOfError(error)
  const isDenied = denied.has(code)
  const isMissing = code === 'not-found' || code === 'invalid-request'
  return (
    <PanelMessage
      testId={isDenied ? 'denied' : isMissing ? 'missing' : 'unreachable'}
      icon={isDenied ? Lock : isMissing ? SearchX : Unplug}
      tone={isDenied ? 'text-warning' : isMissing ? 'text-muted' : 'text-critical'}
      title={title}
      text={detail}
      hint={hint}
      action={<Button onClick={onRetry}>Try again</Button>}
    />
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
