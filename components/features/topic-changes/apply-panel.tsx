'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { TopicChange, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { callEndpoint, endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { EnvironmentName } from '../../patterns/environment-name.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { Section } from '../../patterns/section.tsx'
import { SendButton } from '../../patterns/send-panel.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

/** Where a plan is confirmed, and what became of it: the button names the effect and its size. */
export const ApplyPanel = ({
  change,
  connection,
}: {
  readonly change: TopicChange
  readonly connection: string
}) => {
  const { plan, request } = change
  return (
    <Section title={change.state === 'planned' ? 'Confirm' : 'Outcome'} className="self-start">
      <div className="flex flex-col gap-3">
        <KeyValue
          rows={[
            [
              'Topic',
              <span key="t" className="font-mono text-small break-all">
                {request.topic}
              </span>,
            ],
            ['Environment', <EnvironmentName key="e" environment={plan.environment} />],
            ['Undo', plan.undo],
          ]}
        />
        {change.state === 'planned' ? (
          <Confirm change={change} connection={connection} />
        ) : (
          <Outcome change={change} connection={connection} />
        )}
      </div>
    </Section>
  )
}

const Problem = ({ error }: { readonly error: Error | null }) => {
  if (error === null) return null
  const { title, detail, hint } = problemOfError(error)
  return (
    <p role="alert" className="text-critical">
      {title}: {detail} {hint}
    </p>
  )
}

const Confirm = ({ change, connection }: { readonly change: TopicChange; readonly connection: string }) => {
  const { plan, id, request } = change
  const client = useQueryClient()
  const [typedName, setTypedName] = useState('')
  const address = { params: { connection, id } }
  const apply = useMutation({
    mutationFn: () => callEndpoint(endpoints.applyTopicChange, { ...address, body: { typedName } }),
    onSuccess: (changed) => {
      client.setQueryData(endpointStill(endpoints.showTopicChange, address).queryKey, changed)
      void client.invalidateQueries({ queryKey: ['topics'] })
      void client.invalidateQueries({ queryKey: ['still', 'topics'] })
    },
  })
  const isRefused = plan.findings.some(({ severity }) => severity === 'refused')
  const isNamed = plan.nameToType === null || typedName === plan.nameToType
  const isConflict = apply.error !== null && problemOfError(apply.error).code === 'conflict'
  return (
    <>
      {plan.nameToType === null || isRefused ? null : (
        <label className="flex flex-col gap-1">
          <span>
            Type <span className="font-mono text-small break-all">{plan.nameToType}</span> to confirm
          </span>
          <Input
            value={typedName}
            onChange={(event) => setTypedName(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-small"
          />
        </label>
      )}
      <SendButton
        send={apply}
        kind={request.action === 'delete' ? 'danger' : 'main'}
        effect={{ ready: plan.effect, pending: 'Asking the broker…' }}
        refusal={null}
        isReady={!isRefused && isNamed && !isConflict}
      />
      {isRefused ? <p className="text-small text-muted">It can not be done: the check says why.</p> : null}
      {isConflict ? <PlanAnew request={request} connection={connection} title="Plan it anew" /> : null}
    </>
  )
}

const Outcome = ({ change, connection }: { readonly change: TopicChange; readonly connection: string }) => {
  const { state, request, failure, undo } = change
  const isGone = request.action === 'delete' && state === 'done'
  return (
    <>
      <p
        role="status"
        className={state === 'failed' ? 'text-critical' : state === 'unknown' ? 'text-warning' : ''}
      >
        {state === 'running'
          ? 'The broker has been asked; waiting until the topic shows it.'
          : state === 'done'
            ? 'The broker has made the change, and the audit holds it.'
            : failure}
      </p>
      <div className="flex flex-wrap gap-2">
        {isGone ? (
          <LinkButton href={routes.topics(connection)}>All topics</LinkButton>
        ) : (
          <LinkButton
            href={routes.topic(connection, request.topic, {
              ...(request.action === 'change-settings' ? { tab: 'config' } : {}),
              ...(request.action === 'add-partitions' ? { tab: 'partitions' } : {}),
            })}
          >
            Open the topic
          </LinkButton>
        )}
        {undo === null ? null : (
          <PlanAnew request={undo} connection={connection} title="Undo: set the former values…" />
        )}
        {state === 'failed' || state === 'unknown' ? (
          <PlanAnew request={request} connection={connection} title="Plan it anew" />
        ) : null}
      </div>
    </>
  )
}

/** Plans a change and opens its plan. */
const PlanAnew = ({
  request,
  connection,
  title,
}: {
  readonly request: TopicChangeRequest
  readonly connection: string
  readonly title: string
}) => {
  const router = useRouter()
  const plan = useMutation({
    mutationFn: () => callEndpoint(endpoints.planTopicChange, { params: { connection }, body: request }),
    onSuccess: ({ id }) => router.push(routes.topicChange(connection, id)),
  })
  return (
    <>
      <Button disabled={plan.isPending} onClick={() => plan.mutate()}>
        {title}
      </Button>
      <Problem error={plan.error} />
    </>
  )
}
