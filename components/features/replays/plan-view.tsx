'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { GroupIsolation, ReplayPlan } from '#server/contracts/replays.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { ReasonField, SendButton } from '../../patterns/send-panel.tsx'
import { Time } from '../../patterns/time.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { PlanEditSection, whyNotStart } from './lazy-plan-edit.tsx'
import { PaceFields, usePace } from './pace-fields.tsx'
import { PlanChoices } from './plan-choices.tsx'
import { Consents, useConsents } from './plan-consents.tsx'
import { PlanRequeue } from './plan-requeue.tsx'
import { PlanSelection } from './plan-selection.tsx'
import { startWords } from './start-words.ts'

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
      title={
        plan
          ? plan.requeue
            ? `Requeue ${formatCount(plan.ready)} of ${formatCount(plan.total)} waiting messages`
            : `Replay ${formatCount(plan.ready)} of ${formatCount(plan.total)} dead letters`
          : 'Replay plan'
      }
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
              <Readers plan={data} connection={data.targetConnection?.id ?? connection} home={connection} />
              <Headers plan={data} />
            </div>
            <StartPanel plan={data} connection={connection} />
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
      severity="ready"
      count={plan.ready}
      sentence={plan.ready === 0 ? 'nothing may be sent' : 'ready to be sent'}
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
      <div>
        <span className="font-strong">{formatCount(count)}</span> {sentence}
        {severity === 'refused' ? <span className="text-muted"> · left out</span> : null}
        {children}
      </div>
    </li>
  )
}

/** `connection`: where copies go and their readers are. */
const Readers = ({
  plan,
  connection,
  home,
}: {
  readonly plan: ReplayPlan
  readonly connection: string
  readonly home: string
}) => (
  <Section title="Who will receive the copies">
    {plan.readers.length === 0 ? (
      <p className="text-muted">
        {plan.findings.some(({ code }) => code === 'readers-unknown')
          ? 'Not known: see the warning above. No sample of the last ten minutes names a group that reads '
          : 'This connection can see no consumer group that reads '}
        {plan.targets.map(({ topic }) => topic).join(', ') || 'the target'}.
      </p>
    ) : (
      <ul className="flex flex-col gap-0.5">
        {plan.readers.map(({ group, topic, lagMessages, reads }) => (
          <li key={`${group} ${topic}`}>
            <Link href={routes.group(connection, group)} className="link font-mono text-small">
              {group}
            </Link>{' '}
            <span className="text-muted">
              on {topic},{' '}
              {lagMessages === null ? 'has committed nothing yet' : `lag ${formatCount(lagMessages)}`}
            </span>{' '}
            <Reading connection={connection} home={home} planId={plan.planId} group={group} reads={reads} />
          </li>
        ))}
      </ul>
    )}
    {plan.shareGroups && plan.shareGroups.length > 0 ? (
      <p className="mt-2 text-small text-muted">
        Share groups may read them, too: {plan.shareGroups.join(', ')}. Kafka does not tell which topics those
        read.
      </p>
    ) : null}
    <p className="mt-2 text-small text-muted">
      Every group that reads a target sees these messages again, not only the one that failed.
    </p>
  </Section>
)

const isolations = {
  unknown: 'not known how it reads',
  committed: 'reads committed',
  uncommitted: 'reads uncommitted',
} as const

/** How a group reads, and the operator's word on it. */
const Reading = ({
  connection,
  home,
  planId,
  group,
  reads,
}: {
  readonly connection: string
  /** The connection of the plan. */
  readonly home: string
  readonly planId: string
  readonly group: string
  readonly reads: GroupIsolation
}) => {
  const client = useQueryClient()
  const { queryKey } = endpointQuery(endpoints.showReplayPlan, { params: { connection: home, id: planId } })
  const declare = useMutation({
    mutationFn: (isolation: GroupIsolation['isolation']) =>
      callEndpoint(endpoints.declareGroupIsolation, { params: { connection, group }, body: { isolation } }),
    onSettled: () => client.invalidateQueries({ queryKey }),
  })
  return (
    <>
      <Select
        quiet
        aria-label={`How ${group} reads`}
        value={reads.isolation}
        disabled={declare.isPending}
        onChange={(event) => declare.mutate(event.target.value as GroupIsolation['isolation'])}
      >
        {Object.entries(isolations).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      {reads.declaredBy === null ? null : (
        <span className="text-small text-muted"> as {reads.declaredBy} declared</span>
      )}
      {declare.error ? (
        <span role="alert" className="text-critical">
          {' '}
          {problemOfError(declare.error).detail}
        </span>
      ) : null}
    </>
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

const StartPanel = ({ plan, connection }: { readonly plan: ReplayPlan; readonly connection: string }) => {
  const router = useRouter()
  const [reason, setReason] = useState('')
  const consents = useConsents(plan)
  const pace = usePace(plan)
  const start = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.startReplay, {
        params: { connection },
        body: { planId: plan.planId, ...pace.request, reason, consents: [...consents.given] },
      }),
    onSuccess: ({ id }) => router.push(routes.replay(connection, id)),
  })
  const { targetConnection = null } = plan
  // Who sends to another connection does not see its colour around the page.
  const confirmation = useConfirmation(targetConnection?.id ?? connection, '')
  const isConfirmed = targetConnection === null || confirmation.isConfirmed
  const needsReason = plan.resent > 0
  const isReasonMissing = needsReason && reason.trim() === ''
  return (
    <Section title="Send" className="self-start">
      <div className="flex flex-col gap-3">
        <KeyValue
          rows={[
            ...plan.targets.flatMap(({ topic, partitions, count, partition }) => [
              [
                'To',
                <span key={topic}>
                  <span className="font-mono text-small">{topic}</span>{' '}
                  <span className="text-muted">
                    ({sayMany(partitions, 'partition')}) · {formatCount(count)}
                  </span>
                </span>,
              ] as const,
              ...(partition ? [['Partition', partition] as const] : []),
            ]),
            ...(targetConnection
              ? [
                  [
                    'Connection',
                    <span key="c">
                      <strong>{targetConnection.name}</strong>{' '}
                      <span className="text-muted">
                        {targetConnection.isSameCluster
                          ? '(the same cluster by another connection)'
                          : '(another cluster: ledger, readers and outcomes are those of it)'}
                      </span>
                    </span>,
                  ] as const,
                ]
              : []),
            [
              'Order',
              'as they were written, within each partition they died in; those take turns, so order per key is kept',
            ],
            [
              'Guarantee',
              <span key="g" className={plan.sending?.mode === 'transactions' ? undefined : 'text-warning'}>
                {plan.guarantee}
              </span>,
            ],
            [
              'Environment',
              plan.environment.production ? (
                <strong key="e" className="text-critical">
                  {plan.environment.name} (production)
                </strong>
              ) : (
                plan.environment.name
              ),
            ],
          ]}
        />
        {plan.started ? null : (
          <>
            <PaceFields plan={plan} form={pace} />
            <ReasonField
              value={reason}
              onChange={setReason}
              {...(needsReason ? { neededFor: 'why they are sent again' } : {})}
            />
            {needsReason ? (
              <p className="text-small text-warning">
                {formatCount(plan.resent)} of them {plan.resent === 1 ? 'was' : 'were'} sent before. Sending
                again is a new attempt and needs a reason.
              </p>
            ) : null}
            <Consents form={consents} />
          </>
        )}
        {plan.started ? (
          <LinkButton href={routes.replay(connection, plan.started.replayId)} className="justify-center">
            Open replay #{plan.started.number}, which was started from this plan
          </LinkButton>
        ) : (
          <SendButton
            send={start}
            effect={{
              ready: startWords(plan, pace.startAtMs !== null),
              pending: 'Starting…',
            }}
            refusal={whyNotStart(plan)}
            isReady={plan.ready > 0 && pace.isGood && !isReasonMissing && consents.isComplete && isConfirmed}
          >
            {targetConnection ? confirmation.field : null}
          </SendButton>
        )}
        <p className="text-small text-muted">
          Copies can not be taken back. Consumers may still see a message again if they failed while handling
          it.
        </p>
      </div>
    </Section>
  )
}
