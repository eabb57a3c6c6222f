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
import { routes } from '../../client/routes.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { ReasonField, SendButton } from '../../patterns/send-panel.tsx'
import { useConfirmation } from '../../patterns/use-confirmation.tsx'
import { SeenIn } from './seen-in.tsx'
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
      title={permanent ? 'Delete for good' : 'Delete'}
      name={version === null ? subject : `${subject} v${version}`}
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
        list={listLinks.subjects(connection)}
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
                <SeenIn connection={connection} sightings={plan.sightings} sample={plan.sample} />
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
        <li key={version} className="flex items-baseline gap-2">
          <Link
            href={routes.schemaVersion(connection, plan.subject, version)}
            className="link font-mono text-small"
          >
            v{version}
          </Link>
          <span className="text-faint">{id === null ? '' : `id ${id}`}</span>
        </li>
      ))}
    </ul>
    {plan.referencedBy.value?.length === 0 ? null : (
      <h3 className="mt-3 mb-1 font-strong">What refers to it</h3>
    )}
    {plan.referencedBy.value === null ? (
      <p className="text-muted">Not known: {plan.referencedBy.why}.</p>
    ) : (
      <ul>
        {plan.referencedBy.value.map(({ subject, version }) => (
          <li key={`${subject} ${version}`} className="font-mono text-small break-all">
            {version === 0 ? (
              subject
            ) : (
              <Link href={routes.schemaVersion(connection, subject, version)} className="link">
                {subject} v{version}
              </Link>
            )}
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
    version === null ? `${subject} (${sayMany(versions.length, 'version')})` : `${subject} v${version}`
  return (
    <Section title="Delete" className="self-start">
      <div className="flex flex-col gap-3">
        <p className={permanent ? 'text-critical' : ''}>{plan.undo}</p>
        <ReasonField value={reason} onChange={setReason} />
        <SendButton
          send={run}
          kind="danger"
          effect={{ ready: `Delete ${what}${permanent ? ' for good' : ''}`, pending: 'Deleting…' }}
          refusal={
            plan.writeRefusedBecause === null ? null : `Can not be deleted: ${plan.writeRefusedBecause}`
          }
          isReady={!isRefused && isConfirmed}
        >
          {field}
        </SendButton>
      </div>
    </Section>
  )
}
