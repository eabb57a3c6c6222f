'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { SchemaIdDetail } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { CodeView } from '../../patterns/code-view.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SchemaSightings } from '../../patterns/schema-sightings.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { typeWords } from './schema-words.tsx'

/** A schema by the id that messages carry: where it is registered, and where it was seen. */
export const SchemaIdView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery(endpointQuery(endpoints.showSchemaId, { params: { connection, id } }))
  const schema = query.data?.schema
  return (
    <PageShell
      title={`Schema ${id}`}
      meta={query.data ? <span>{schema ? typeWords[schema.type] : 'not in the registry'}</span> : null}
    >
      <QueryPanel
        query={query}
        list={listLinks.subjects(connection)}
        degraded={({ degraded }) => degraded}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,1fr)"
            sections={[
              [
                ['Registered as', 2],
                ['Text', 12],
              ],
            ]}
          />
        }
      >
        {(data) => (
          <div className="flex min-w-0 flex-col gap-3">
            {data.schema === null ? <Unknown id={data.id} /> : <Places connection={connection} data={data} />}
            {data.schema === null ? null : (
              <Section title="Text" padded={false}>
                <CodeView
                  label="Text"
                  text={data.schema.text}
                  isJson={data.schema.type !== 'PROTOBUF'}
                  wraps={false}
                />
              </Section>
            )}
            {data.sightings.length === 0 ? null : (
              <Section title="Where it was seen" padded={false}>
                <SchemaSightings connection={connection} sightings={data.sightings} />
              </Section>
            )}
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const Unknown = ({ id }: { readonly id: number }) => (
  <Section title="Not in the registry">
    <p>The registry has no schema with the id {id}. Messages that carry it can not be decoded here.</p>
    <ul className="mt-2 list-disc pl-5 text-muted">
      <li>It was deleted for good, or the registry lost what it kept and was filled anew.</li>
      <li>The producer registers with another registry than the one of this connection.</li>
      <li>The bytes are no schema id: the payload begins with a zero by chance.</li>
    </ul>
  </Section>
)

const Places = ({ connection, data }: { readonly connection: string; readonly data: SchemaIdDetail }) => (
  <Section title="Registered as">
    {data.places.value === null ? (
      <p className="text-muted">Not known: {data.places.why}.</p>
    ) : data.places.value.length === 0 ? (
      <p className="text-muted">Under no subject any more.</p>
    ) : (
      <ul className="flex flex-col gap-1">
        {data.places.value.map(({ subject, version }) => (
          <li key={`${subject} ${version}`} className="flex flex-wrap gap-x-4">
            <Link
              href={routes.schemaVersion(connection, subject, version)}
              className="link font-mono text-small"
            >
              {subject} v{version}
            </Link>
            {version > 1 ? (
              <Link
                href={routes.compareSchemas(connection, subject, { to: String(version) })}
                className="link"
              >
                What changed in v{version}
              </Link>
            ) : null}
          </li>
        ))}
      </ul>
    )}
  </Section>
)
