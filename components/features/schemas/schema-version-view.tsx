'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { VersionDetail } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { CodeView } from '../../patterns/code-view.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { typeWords } from './schema-words.tsx'
import { SeenIn } from './seen-in.tsx'

/** One version of a subject: its text, references both ways, and who uses it. */
export const SchemaVersionView = ({
  connection,
  subject,
  version,
}: {
  readonly connection: string
  readonly subject: string
  readonly version: string
}) => {
  const query = useQuery(
    endpointQuery(endpoints.showSchemaVersion, { params: { connection, subject, version } }),
  )
  const data = query.data
  return (
    <PageShell
      title={`${subject} v${data?.version ?? version}`}
      mono
      meta={
        data ? (
          <>
            <span>{typeWords[data.type]}</span>
            <span>
              id{' '}
              <Link href={routes.schemaId(connection, data.id)} className="link font-mono text-small">
                {data.id}
              </Link>
            </span>
            {data.deleted ? <span className="text-warning">deleted softly</span> : null}
            {data.after === null ? <span>latest</span> : null}
          </>
        ) : null
      }
      actions={data ? <Actions connection={connection} data={data} /> : null}
    >
      <QueryPanel
        query={query}
        list={listLinks.subject(connection, subject)}
        degraded={({ degraded }) => degraded}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,2fr) minmax(300px,1fr)"
            sections={[
              [
                ['Text', 16],
                ['Who uses it', 3],
              ],
              [
                ['Refers to', 2],
                ['Referred to by', 2],
              ],
            ]}
          />
        }
      >
        {(detail) => (
          <div className="grid grid-cols-[minmax(0,2fr)_minmax(300px,1fr)] items-start gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              <Section title="Text" padded={false}>
                <CodeView label="Text" text={detail.text} isJson={detail.type !== 'PROTOBUF'} wraps={false} />
              </Section>
              <Section title="Who uses it" padded={false}>
                <SeenIn connection={connection} sightings={detail.sightings} sample={detail.sample} />
              </Section>
            </div>
            <References connection={connection} detail={detail} />
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const Actions = ({ connection, data }: { readonly connection: string; readonly data: VersionDetail }) => {
  const { subject, version, before, deleted } = data
  return (
    <>
      <LinkButton href={routes.subject(connection, subject)}>Subject</LinkButton>
      {before === null ? null : (
        <LinkButton
          href={routes.compareSchemas(connection, subject, { from: String(before), to: String(version) })}
        >
          What changed in v{version}
        </LinkButton>
      )}
      <LinkButton
        href={routes.schemaDeletion(connection, subject, {
          version: String(version),
          ...(deleted ? { permanent: 'true' } : {}),
        })}
      >
        {deleted ? 'Delete for good…' : 'Delete…'}
      </LinkButton>
    </>
  )
}

const References = ({
  connection,
  detail: { references, referencedBy, alsoAt },
}: {
  readonly connection: string
  readonly detail: VersionDetail
}) => (
  <div className="flex min-w-0 flex-col gap-3">
    <Section title={`Refers to (${references.length})`}>
      {references.length === 0 ? (
        <p className="text-muted">It stands alone.</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {references.map(({ name, subject, version }) => (
            <li key={name} className="min-w-0 break-all">
              <span className="font-mono text-small">{name}</span> <span className="text-muted">is</span>{' '}
              <Place connection={connection} subject={subject} version={version} />
            </li>
          ))}
        </ul>
      )}
    </Section>
    <Section title="Referred to by">
      {referencedBy.value === null ? (
        <p className="text-muted">Not known: {referencedBy.why}.</p>
      ) : referencedBy.value.length === 0 ? (
        <p className="text-muted">Nothing refers to it.</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {referencedBy.value.map(({ id, places }) => (
            <li key={id} className="flex min-w-0 flex-wrap gap-x-2">
              {places.length === 0 ? (
                <Link href={routes.schemaId(connection, id)} className="link font-mono text-small">
                  id {id}
                </Link>
              ) : (
                places.map(({ subject, version }) => (
                  <Place
                    key={`${subject} ${version}`}
                    connection={connection}
                    subject={subject}
                    version={version}
                  />
                ))
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
    {alsoAt.length === 0 ? null : (
      <Section title="The same schema elsewhere">
        <ul className="flex flex-col gap-1">
          {alsoAt.map(({ subject, version }) => (
            <li key={`${subject} ${version}`}>
              <Place connection={connection} subject={subject} version={version} />
            </li>
          ))}
        </ul>
      </Section>
    )}
  </div>
)

const Place = ({
  connection,
  subject,
  version,
}: {
  readonly connection: string
  readonly subject: string
  readonly version: number
}) => (
  <Link
    href={routes.schemaVersion(connection, subject, version)}
    className="link font-mono text-small break-all"
  >
    {subject} v{version}
  </Link>
)
