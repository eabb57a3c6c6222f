'use client'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import { type CSSProperties, useMemo } from 'react'
import type { TraceDetail } from '#server/contracts/traces.ts'
import { usePreferences } from '../../client/preferences.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { NewMark } from '../../patterns/new-mark.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatNanoseconds, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SidePanel } from '../../patterns/side-panel.tsx'
import { SpanDetails } from './span-details.tsx'
import { Timeline } from './timeline.tsx'
import { layOutTimeline, spanKey } from './timeline-model.ts'
import { TimelineSkeleton } from './timeline-skeleton.tsx'
import { useHeldTrace } from './use-held-trace.ts'

/** In the address: the details were closed, also those of the span that would be shown by itself. */
const closed = 'none'

/** One trace over all its queues: the timeline with its waits, and the span looked at beside it. */
export const TraceView = ({
  connection,
  traceId,
}: {
  readonly connection: string
  readonly traceId: string
}) => {
  const { sidePx } = usePreferences()
  const { query, trace, waiting, bring } = useHeldTrace(traceId)
  const [named, setNamed] = useQueryState('span', parseAsString)
  const rows = useMemo(() => (trace ? layOutTimeline(trace) : []), [trace])
  const root = trace?.spans.find(({ parentSpanId }) => parentSpanId === null)
  const byName = trace?.spans.find((span) => span.spanId === named || spanKey(span) === named)
  const span =
    named === closed
      ? undefined
      : (byName ?? trace?.spans.find(({ status }) => status === 'error') ?? trace?.spans[0])
  return (
    <div
      style={{ '--side': `${sidePx - 8}px` } as CSSProperties}
      className={span ? 'min-[1101px]:mr-(--side)' : ''}
    >
      <PageShell
        title={root ? `${root.service} ${root.name}` : 'Trace'}
        meta={
          <>
            <Copyable text={traceId} what="trace id" />
            {trace ? <Summary trace={trace} /> : null}
          </>
        }
      >
        {trace && trace.deadLetters.length > 0 ? (
          <ul
            className={`flex flex-wrap gap-x-4 rounded-base border px-3 py-1.5 ${
              trace.deadLetters.every(({ settledByReplay }) => settledByReplay != null)
                ? 'border-line text-muted'
                : 'border-critical-line bg-critical-bg text-critical'
            }`}
          >
            {trace.deadLetters.map(({ id, topic, errorClass, settledByReplay }) => (
              <li key={id}>
                Died:{' '}
                <Link
                  href={routes.deadLetter(connection, id)}
                  className="font-strong underline underline-offset-2"
                >
                  {errorClass ?? 'unknown error'} in {topic}
                </Link>
                {settledByReplay == null ? '' : `, settled by replay #${settledByReplay}`}
              </li>
            ))}
          </ul>
        ) : null}
        <div className="relative" onPointerLeave={waiting > 0 ? bring : undefined}>
          <NewMark waiting={waiting} words={sayMany(waiting, 'new span')} onBring={bring} />
          <QueryPanel
            query={query}
            list={{ href: routes.traces(connection), title: 'All traces' }}
            skeleton={<TimelineSkeleton />}
            isEmpty={({ spans }) => spans.length === 0}
            empty={{
              title: 'No spans of this trace',
              text: 'They may still be on their way, or retention has deleted them.',
            }}
          >
            {(data) => (
              <Timeline
                rows={rows}
                durationNs={Number(data.durationNs)}
                chosen={span ? spanKey(span) : null}
                onChoose={(key) => void setNamed(key.startsWith(`${traceId}-`) ? key.slice(33) : key)}
              />
            )}
          </QueryPanel>
        </div>
      </PageShell>
      {trace && span ? (
        <SidePanel
          title={`${span.service} ${span.name}`}
          href={
            span.traceId === traceId ? null : routes.trace(connection, span.traceId, { span: span.spanId })
          }
          onClose={() => void setNamed(closed)}
          // Nobody asked for it yet: where it would cover the timeline it waits until a span is chosen.
          {...(byName ? {} : { className: 'max-[1100px]:hidden' })}
        >
          <SpanDetails
            span={span}
            edges={trace.edges.filter(
              ({ consumer, waitedNs }) => consumer === span.spanId && waitedNs !== '0',
            )}
            connection={connection}
            traceId={traceId}
          />
        </SidePanel>
      ) : null}
    </div>
  )
}

const Summary = ({ trace }: { readonly trace: TraceDetail }) => {
  const share =
    Number(trace.durationNs) === 0 ? 0 : Math.round((100 * Number(trace.waitedNs)) / Number(trace.durationNs))
  return (
    <>
      <span>{sayMany(trace.services.length, 'service')}</span>
      <span>{sayMany(trace.spans.length, 'span')}</span>
      <span>{formatNanoseconds(trace.durationNs)}</span>
      <span className={trace.errors > 0 ? 'text-critical' : ''}>{sayMany(trace.errors, 'error')}</span>
      <span data-waited>
        waited in queues {share} % ({formatNanoseconds(trace.waitedNs)})
      </span>
      {trace.truncated ? (
        <span className="text-warning">first part only: the trace is larger than one answer</span>
      ) : null}
    </>
  )
}
