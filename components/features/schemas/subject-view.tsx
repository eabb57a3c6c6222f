'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { SubjectDetail } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { CodeView } from '../../patterns/code-view.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SampleNow } from '../../patterns/sample-now.tsx'
import { SchemaDrifts } from '../../patterns/schema-drifts.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { LevelDialog } from './level-dialog.tsx'
import { Level, SampleAge, typeWords } from './schema-words.tsx'
import { versionColumns } from './version-columns.tsx'

/** One subject: its versions with who uses them, its compatibility, and any two versions to compare. */
export const SubjectView = ({
  connection,
  subject,
}: {
  readonly connection: string
  readonly subject: string
}) => {
  const query = useQuery(endpointQuery(endpoints.showSubject, { params: { connection, subject } }))
  const data = query.data
  const [isSetting, setIsSetting] = useState(false)
  return (
    <PageShell
      title={subject}
      mono
      meta={
        data ? (
          <>
            {data.type === null ? null : <span>{typeWords[data.type]}</span>}
            <span>{sayMany(data.versions.length, 'version')}</span>
            {data.deleted ? <span className="text-warning">deleted softly</span> : null}
          </>
        ) : null
      }
      actions={
        data ? (
          <>
            <Button onClick={() => setIsSetting(true)}>Compatibility…</Button>
            <LinkButton
              href={routes.schemaDeletion(connection, subject, data.deleted ? { permanent: 'true' } : {})}
            >
              {data.deleted ? 'Delete for good…' : 'Delete…'}
            </LinkButton>
            <LinkButton href={routes.schemaDraft(connection, { subject })}>New version…</LinkButton>
          </>
        ) : null
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
                ['Versions', 6],
                ['Latest version', 12],
              ],
              [
                ['Compare', 2],
                ['Contract', 4],
              ],
            ]}
          />
        }
      >
        {(detail) => (
          <div className="grid grid-cols-[minmax(0,2fr)_minmax(300px,1fr)] items-start gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              <Section title="Versions" padded={false}>
                <DataTable
                  label="Versions"
                  columns={versionColumns(connection, subject, detail.versions, detail.sample.topics > 0)}
                  rows={detail.versions}
                  rowKey={({ version }) => String(version)}
                  rowHref={({ version }) => routes.schemaVersion(connection, subject, version)}
                />
              </Section>
              {detail.latest === null ? null : (
                <Section title={`Version ${detail.latest.version}`} padded={false}>
                  <CodeView
                    label={`Text of version ${detail.latest.version}`}
                    text={detail.latest.text}
                    isJson={detail.type !== 'PROTOBUF'}
                    wraps={false}
                  />
                </Section>
              )}
            </div>
            <Side connection={connection} detail={detail} />
          </div>
        )}
      </QueryPanel>
      {isSetting && data ? (
        <LevelDialog
          connection={connection}
          subject={subject}
          level={data.compatibility}
          onClose={() => setIsSetting(false)}
        />
      ) : null}
    </PageShell>
  )
}

const Side = ({ connection, detail }: { readonly connection: string; readonly detail: SubjectDetail }) => (
  <div className="flex min-w-0 flex-col gap-3">
    <ComparePicker connection={connection} detail={detail} />
    <Section title="Contract">
      <KeyValue
        rows={[
          ['Compatibility', <Level key="c" level={detail.compatibility} />],
          [
            'Mode',
            detail.mode.value === null ? (
              <span key="m" className="text-muted">
                not told: {detail.mode.why}
              </span>
            ) : (
              <span key="m" className="font-mono text-small">
                {detail.mode.value}
              </span>
            ),
          ],
        ]}
      />
    </Section>
    <Section
      title="Drift"
      padded={false}
      aside={<SampleNow connection={connection} topic={topicOf(detail)} />}
    >
      {detail.sample.topics === 0 ? null : detail.drifts.length === 0 ? (
        <p className="border-b border-line px-3 py-2 text-muted">No sampled message departs from it.</p>
      ) : (
        <div className="border-b border-line">
          <SchemaDrifts connection={connection} drifts={detail.drifts} />
        </div>
      )}
      {detail.driftTotal > detail.drifts.length ? (
        <p className="border-b border-line px-3 py-1.5 text-small text-muted">
          The first {detail.drifts.length} of {detail.driftTotal}.
        </p>
      ) : null}
      <p className="px-3 py-1.5 text-small text-muted">
        <SampleAge sample={detail.sample} />
      </p>
    </Section>
  </div>
)

const topicOf = ({ subject }: SubjectDetail): string | undefined => {
  const name = subject.replace(/-(key|value)$/, '')
  return name === subject ? undefined : name
}

const ComparePicker = ({
  connection,
  detail: { subject, versions },
}: {
  readonly connection: string
  readonly detail: SubjectDetail
}) => {
  const router = useRouter()
  const [to, setTo] = useState(versions[0]?.version ?? 1)
  const [from, setFrom] = useState(versions[1]?.version ?? to)
  if (versions.length < 2)
    return (
      <Section title="Compare">
        <p className="text-muted">There is one version: nothing to compare it with yet.</p>
      </Section>
    )
  const pick = (value: number, set: (next: number) => void, label: string) => (
    <Select aria-label={label} value={value} onChange={(event) => set(Number(event.target.value))}>
      {versions.map(({ version, deleted }) => (
        <option key={version} value={version}>
          v{version}
          {deleted ? ' (deleted)' : ''}
        </option>
      ))}
    </Select>
  )
  return (
    <Section title="Compare">
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          router.push(routes.compareSchemas(connection, subject, { from: String(from), to: String(to) }))
        }}
      >
        {pick(from, setFrom, 'From version')}
        <span className="text-muted">with</span>
        {pick(to, setTo, 'To version')}
        <Button type="submit" disabled={from === to}>
          Compare
        </Button>
      </form>
    </Section>
  )
}
