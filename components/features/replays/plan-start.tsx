'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { EnvironmentName } from '../../patterns/environment-name.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { ReasonField, SendButton } from '../../patterns/send-panel.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { whyNotStart } from './lazy-plan-edit.tsx'
import { PaceFields, usePace } from './pace-fields.tsx'
import { Consents, useConsents } from './plan-consents.tsx'
import { startWords } from './start-words.ts'

/** Where a plan's copies go, how they are sent, and the button that sends them once all that was asked is answered. */
export const PlanStart = ({
  plan,
  connection,
}: {
  readonly plan: ReplayPlan
  readonly connection: string
}) => {
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
            ['Environment', <EnvironmentName key="e" environment={plan.environment} />],
          ]}
        />
        {plan.started || plan.ready === 0 ? null : (
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
