'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useQueryStates } from 'nuqs'
import { useState } from 'react'
import type { DeletionPlan } from '#server/contracts/schemas.ts'
import { callEndpoint, endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SchemaSightings } from '../../patterns/schema-sightings.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { SampleAge } from './schema-words.tsx'
import { deletionSearch } from './subject-list-address.ts'

const looks = {
  ready: { icon: CircleCheck, tone: 'text-ok' },
  warning: { icon: TriangleAlert, tone: 'text-warning' },
  refused: { icon: CircleX, tone: 'text-critical' },
} as const

/** What deleting a version or a subject would do. Nothing is deleted before the button. */
export const DeletionView = ({
  connection,
  subject,
}: {
  readonly connection: string
  readonly subject: string
}) => {
  const [{ version, permanent }, setView] = useQueryStates(deletionSearch)
  const query = useQuery({
    ...endpointQuery(endpoints.planSchemaDeletion, {
      params: { connection, subject },
      query: { permanent: String(permanent), ...(version === null ? {} : { version }) },
    }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  return (
    <PageShell
      title={`Delete ${subject}${version === null ? '' : ` v${version}`}${permanent ? ' for good' : ''}`}
      meta={<span>{query.data ? 'Nothing has been deleted.' : ''}</span>}
      actions={
        <label className="flex h-7 items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            checked={permanent}
            onChange={(event) => void setView({ permanent: event.target.checked })}
            className="size-3.5 accent-accent"
          />
          For good
        </label>
      }
    >
      <QueryPanel
        query={query}
        list={{ href: routes.schemas(connection), title: 'All subjects' }}
        degraded={({ degraded }) => degraded}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,2fr) minmax(300px,1fr)"
            sections={[
              [
                ['Check', 3],
                ['What will be gone', 2],
                ['Who uses it', 3],
              ],
              [['Delete', 5]],
            ]}
          />
        }
      >
        {(plan) => (
          <div className="grid grid-cols-[minmax(0,2fr)_minmax(300px,1fr)] items-start gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              <Findings plan={plan} />
              <Gone plan={plan} connection={connection} />
              <Section title="Who uses it" padded={false}>
                {plan.sightings.length === 0 ? (
                  <p className="px-3 py-2 text-muted">No sampled message carries it.</p>
                ) : (
                  <SchemaSightings connection={connection} sightings={plan.sightings} />
                )}
                <p className="border-t border-line px-3 py-1.5 text-small text-muted">
                  <SampleAge sample={plan.sample} />
                </p>
              </Section>
            </div>
            <DeletePanel plan={plan} connection={connection} />
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const Findings = ({ plan }: { readonly plan: DeletionPlan }) => (
  <Section title="Check" padded={false}>
    <ul className="divide-y divide-line">
      {plan.findings.map(({ severity, sentence }) => {
        const { icon: Icon, tone } = looks[severity]
        return (
          <li key={sentence} className="flex gap-2 px-3 py-2" data-finding={severity}>
            <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${tone}`} />
            <span>{sentence}</span>
          </li>
        )
      })}
    </ul>
  </Section>
)

const Gone = ({ plan, connection }: { readonly plan: DeletionPlan; readonly connection: string }) => (
  <Section title={`What will be gone (${plan.versions.length})`}>
    <ul className="flex flex-wrap gap-x-4 gap-y-1">
      {plan.versions.map(({ version, id }) => (
        <li key={version}>
          <Link
            href={routes.schemaVersion(connection, plan.subject, version)}
            className="link font-mono text-small"
          >
            v{version}
          </Link>{' '}
          <span className="text-faint">{id === null ? '' : `id ${id}`}</span>
        </li>
      ))}
    </ul>
    <h3 className="mt-3 mb-1 font-strong">What refers to it</h3>
    {plan.referencedBy.value === null ? (
      <p className="text-muted">Not known: {plan.referencedBy.why}.</p>
    ) : plan.referencedBy.value.length === 0 ? (
      <p className="text-muted">Nothing.</p>
    ) : (
      <ul>
        {plan.referencedBy.value.map(({ subject, version }) => (
          <li key={`${subject} ${version}`} className="font-mono text-small">
            {subject}
            {version === 0 ? '' : ` v${version}`}
          </li>
        ))}
      </ul>
    )}
  </Section>
)

const DeletePanel = ({ plan, connection }: { readonly plan: DeletionPlan; readonly connection: string }) => {
  const router = useRouter()
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const { subject, version, permanent, versions } = plan
  const { confirm, isConfirmed, field } = useConfirmation(connection, subject)
  const run = useMutation({
    mutationFn: () =>
      callEndpoint(endpoints.deleteSchema, {
        params: { connection, subject },
        body: { version, permanent, versions: versions.map((one) => one.version), confirm, reason },
      }),
    onSuccess: async () => {
      const isGone = permanent && version === null
      router.push(isGone ? routes.schemas(connection) : routes.subject(connection, subject))
      await client.invalidateQueries({ queryKey: ['schemas'] })
    },
  })
  const isRefused = plan.findings.some(({ severity }) => severity === 'refused')
  const what =
    version === null
      ? `${subject} (${versions.length === 1 ? '1 version' : `${versions.length} versions`})`
      : `${subject} v${version}`
  return (
    <Section title="Delete" className="self-start">
      <div className="flex flex-col gap-3">
        <p className={permanent ? 'text-critical' : ''}>{plan.undo}</p>
        <label className="flex items-center gap-4">
          <span className="shrink-0 text-muted">Reason</span>
          <Input
            value={reason}
            maxLength={500}
            placeholder="for the audit, optional"
            onChange={(event) => setReason(event.target.value)}
            className="min-w-0 flex-1"
          />
        </label>
        {field}
        {plan.writeRefusedBecause === null ? null : (
          <p role="alert" className="text-warning">
            Can not be deleted: {plan.writeRefusedBecause}
          </p>
        )}
        {run.error ? (
          <p role="alert" className="text-critical">
            {problemOfError(run.error).title}: {problemOfError(run.error).detail}{' '}
            {problemOfError(run.error).hint}
          </p>
        ) : null}
        <Button
          kind="danger"
          size="large"
          className="min-w-0 justify-center"
          title={what}
          disabled={isRefused || !isConfirmed || plan.writeRefusedBecause !== null || run.isPending}
          onClick={() => run.mutate()}
        >
          <span className="truncate">
            {run.isPending ? 'Deleting…' : `Delete ${what}${permanent ? ' for good' : ''}`}
          </span>
        </Button>
      </div>
    </Section>
  )
}
