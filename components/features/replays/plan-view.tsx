'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { PlanEditSection } from './lazy-plan-edit.tsx'
import { PlanChoices } from './plan-choices.tsx'
import { PlanReaders } from './plan-readers.tsx'
import { PlanRequeue } from './plan-requeue.tsx'
import { PlanSelection } from './plan-selection.tsx'
import { PlanStart } from './plan-start.tsx'
import { planTitle } from './start-words.ts'

/** What a replay would do: how many, where to, who else reads it, what is refused and why. Nothing is sent before Start. */
export const PlanView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showReplayPlan, { params: { connection, id } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const plan = query.data
  return (
    <PageShell
      title={plan ? planTitle(plan) : 'Replay plan'}
      meta={
        plan ? (
          <span>
            frozen at <Time at={plan.frozenAt} short relative />
            {plan.started ? (
              <>
                {' '}
                · started as{' '}
                <Link href={routes.replay(connection, plan.started.replayId)} className="link underline">
                  replay #{plan.started.number}
                </Link>{' '}
                <Ago at={plan.started.at} />
              </>
            ) : (
              ' · nothing has been sent'
            )}
          </span>
        ) : null
      }
    >
      <QueryPanel
        query={query}
        list={{ href: routes.replays(connection), title: 'All replays' }}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,3fr) minmax(300px,2fr)"
            sections={[
              [
                ['Selection', 3],
                ['Check', 4],
                ['Choices', 4],
                ['Who will receive the copies', 3],
                ['Headers', 3],
              ],
              [['Send', 10]],
            ]}
          />
        }
      >
        {(data) => (
          <div className="grid grid-cols-[minmax(0,3fr)_minmax(300px,2fr)] gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              {data.edit ? <PlanEditSection plan={data} edit={data.edit} connection={connection} /> : null}
              {data.requeue ? (
                <PlanRequeue plan={data} requeue={data.requeue} connection={connection} />
              ) : null}
              {data.edit || data.requeue ? null : <PlanSelection plan={data} />}
              <Section title="Check" padded={false}>
                <Findings plan={data} connection={connection} />
              </Section>
              {data.edit ? null : <PlanChoices key={data.planId} plan={data} connection={connection} />}
              <PlanReaders
                plan={data}
                connection={data.targetConnection?.id ?? connection}
                home={connection}
              />
              <Headers plan={data} />
            </div>
            <PlanStart plan={data} connection={connection} />
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const looks = {
  ready: { icon: CircleCheck, tone: 'text-ok' },
  warning: { icon: TriangleAlert, tone: 'text-warning' },
  refused: { icon: CircleX, tone: 'text-critical' },
} as const

const Findings = ({ plan, connection }: { readonly plan: ReplayPlan; readonly connection: string }) => (
  <ul className="divide-y divide-line">
    <Finding
      severity={plan.ready === 0 ? 'warning' : 'ready'}
      count={plan.ready}
      sentence={plan.ready === 0 ? 'may be sent: each has a reason below' : 'ready to be sent'}
    />
    {plan.findings.map(({ severity, code, sentence, count, letterIds, positions }) => (
      <Finding key={code} severity={severity} count={count} sentence={sentence}>
        <details className="mt-1">
          <summary className="link w-max cursor-pointer text-small">
            Show {positions ? 'messages' : 'letters'}
          </summary>
          <ul className="mt-1 flex flex-wrap gap-x-3 font-mono text-small">
            {(positions ?? letterIds).map((one) => (
              <li key={one}>
                <Link
                  href={
                    positions && plan.requeue
                      ? routes.message(connection, plan.requeue.topic, one)
                      : routes.deadLetter(connection, one)
                  }
                  className="link"
                >
                  {one}
                </Link>
              </li>
            ))}
            {(positions ?? letterIds).length < count ? (
              <li className="text-faint">and {formatCount(count - (positions ?? letterIds).length)} more</li>
            ) : null}
          </ul>
        </details>
      </Finding>
    ))}
  </ul>
)

const Finding = ({
  severity,
  count,
  sentence,
  children,
}: {
  readonly severity: keyof typeof looks
  readonly count: number
  readonly sentence: string
  readonly children?: React.ReactNode
}) => {
  const { icon: Icon, tone } = looks[severity]
  return (
    <li className="flex gap-2 px-3 py-2" data-finding={severity}>
      <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${tone}`} />
      <span className="min-w-8 shrink-0 text-right font-strong">{formatCount(count)}</span>{' '}
      <div className="min-w-0">
        <TimedText text={sentence} />
        {severity === 'refused' ? <span className="text-muted"> · left out</span> : null}
        {children}
      </div>
    </li>
  )
}

const Headers = ({ plan }: { readonly plan: ReplayPlan }) => (
  <Section title="Headers">
    <KeyValue
      rows={[
        [
          'Removed',
          plan.strippedHeaders.length === 0 ? (
            <span key="r" className="text-faint">
              none
            </span>
          ) : (
            <span key="r" className="font-mono text-small">
              {plan.strippedHeaders.join(', ')}
            </span>
          ),
        ],
        [
          'Added',
          <span key="a" className="font-mono text-small">
            {plan.addedHeaders.map(({ name }) => name).join(', ')}
          </span>,
        ],
        [
          'Kept',
          'all others, in their order, with duplicates and nulls, byte for byte; only those of the trace (W3C, B3, Jaeger, Datadog) name one that the copy begins, linked to the old one',
        ],
      ]}
    />
  </Section>
)
