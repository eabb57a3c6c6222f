'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import type { GroupIsolation, ReplayPlan } from '#server/contracts/replays.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Select } from '../../ui/select.tsx'

/** The groups that see the copies of a plan, how far each is and how it reads. */
export const PlanReaders = ({
  plan,
  connection,
  home,
}: {
  readonly plan: ReplayPlan
  /** Where copies go and their readers are. */
  readonly connection: string
  /** The connection of the plan. */
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
