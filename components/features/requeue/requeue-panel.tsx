'use client'
import { useMutation } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { Fragment, useId, useState } from 'react'
import type { RequeueAction } from '#server/contracts/choices.ts'
import type { WaitingList } from '#server/contracts/requeues.ts'
import type { Position } from '#server/contracts/scalars.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { actionTitles } from '../../patterns/requeue-words.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'

const membersWords = (members: number | null): string =>
  members === null ? 'members not told' : members === 0 ? 'no members' : sayMany(members, 'member')

/** What can be done with waiting messages. Each choice leads to a plan, and nothing is sent before that is started. */
export const RequeuePanel = ({
  connection,
  list,
  chosen,
  filter,
}: {
  readonly connection: string
  readonly list: WaitingList
  readonly chosen: ReadonlySet<string>
  readonly filter: { readonly q?: string; readonly dueUntil?: number }
}) => {
  const router = useRouter()
  const name = useId()
  const [action, setAction] = useState<RequeueAction | null>(null)
  const plan = useMutation({
    mutationFn: (body: RequeueAction) =>
      callEndpoint(endpoints.planRequeue, {
        params: { connection, topic: list.topic },
        body: { action: body, ...(chosen.size > 0 ? { positions: [...chosen] as Position[] } : { filter }) },
      }),
    onSuccess: ({ planId }) => router.push(routes.replayPlan(connection, planId)),
  })
  const count = chosen.size > 0 ? chosen.size : list.matching
  const isOne = count === 1
  const which =
    chosen.size > 0
      ? 'chosen'
      : count < list.waiting
        ? isOne
          ? 'that fits'
          : 'that fit'
        : isOne
          ? 'that waits'
          : 'that wait'
  const readers = list.readers.map(({ group, members, unread }, index) => (
    <Fragment key={group}>
      {index > 0 ? ', ' : ''}
      <Link href={routes.group(connection, group)} className="link font-mono text-small">
        {group}
      </Link>{' '}
      <span className="text-muted">
        ({membersWords(members)}
        {unread === null ? '' : `, ${formatCount(unread)} unread`})
      </span>
    </Fragment>
  ))
  return (
    <Section title="Requeue" className="self-start">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (action !== null) plan.mutate(action)
        }}
      >
        <p>
          {readers.length === 0 ? (
            <span className="text-warning">No group reads this topic: nothing is tried again from here.</span>
          ) : (
            <>Read by {readers}</>
          )}
          {list.readersProblem === null ? null : (
            <span className="text-warning"> The broker did not tell of all groups{list.readersProblem}.</span>
          )}
        </p>
        {list.readers.length === 0 ? null : (
          <details className="text-small text-muted">
            <summary className="w-max cursor-pointer">How far read, by partition</summary>
            {list.readers.map(({ group, positions }) => (
              <ul key={group} aria-label={`How far ${group} has read`} className="mt-1 font-mono">
                {positions.map(({ partition, committed, end }) => (
                  <li key={partition}>
                    {list.readers.length > 1 ? `${group} ` : ''}
                    {partition}: {committed === null ? 'nothing committed' : formatCount(committed)} of{' '}
                    {formatCount(end)}
                  </li>
                ))}
              </ul>
            ))}
          </details>
        )}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-muted">
            What to do with {formatCount(count)} {which}
          </legend>
          {list.routes.map((route) => (
            <label key={route.action} className="flex items-start gap-2">
              <input
                type="radio"
                name={name}
                value={route.action}
                className="mt-1 size-3.5 shrink-0 accent-accent"
                checked={action === route.action}
                disabled={route.refusedBecause !== null}
                onChange={() => setAction(route.action)}
              />
              <span className={route.refusedBecause === null ? undefined : 'text-muted'}>
                <span className="font-strong">{actionTitles[route.action]}</span>{' '}
                {route.refusedBecause === null ? route.sentence : `· ${route.refusedBecause}.`}
                {route.why === '' || action !== route.action ? null : (
                  <span className="mt-0.5 block text-small text-muted">{route.why}</span>
                )}
              </span>
            </label>
          ))}
        </fieldset>
        <ProblemLine error={plan.error} />
        <Button
          type="submit"
          kind="main"
          className="justify-center"
          disabled={action === null || plan.isPending}
        >
          {plan.isPending
            ? 'Checking…'
            : action === null
              ? 'Choose what to do'
              : `Plan: ${actionTitles[action].toLowerCase()}, ${sayMany(count, 'message')}`}
        </Button>
        <p className="text-small text-muted">
          Kafka takes no single message away: copies are sent, and the originals stay until they are due. The
          plan says who reads them again and when. When a message is due is known for Spring’s @RetryableTopic
          and SmallRye’s delayed-retry-topic; messages of other conventions can be parked.
        </p>
      </form>
    </Section>
  )
}
