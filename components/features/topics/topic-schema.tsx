'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { TopicSchemas } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SampleNow } from '../../patterns/sample-now.tsx'
import { SchemaDrifts } from '../../patterns/schema-drifts.tsx'
import { SchemaSightings } from '../../patterns/schema-sightings.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

type Side = TopicSchemas['sides'][number]
const typeWords = { AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON Schema' } as const

/** The contract of a topic: subjects of key and value, the schemas that its messages carry, and how they depart. */
export const TopicSchema = ({
  connection,
  topic,
}: {
  readonly connection: string
  readonly topic: string
}) => {
  const query = useQuery(endpointQuery(endpoints.showTopicSchemas, { params: { connection, topic } }))
  return (
    <QueryPanel
      query={query}
      list={listLinks.topics(connection)}
      degraded={({ degraded }) => degraded}
      skeleton={
        <SectionsSkeleton
          columns="minmax(0,1fr)"
          sections={[
            [
              ['Value', 5],
              ['Key', 3],
            ],
          ]}
        />
      }
    >
      {({ sides, degraded }) => (
        <div className="flex flex-col gap-3">
          {sides.map((side) => (
            <SideSection
              key={side.side}
              connection={connection}
              topic={topic}
              data={side}
              isRegistryAway={degraded.some(({ source }) => source === 'registry')}
            />
          ))}
        </div>
      )}
    </QueryPanel>
  )
}

const sayWithout = ({ sample, side }: Side): string => {
  if (sample === null) return 'Not sampled yet: the worker looks at the newest messages of each topic.'
  if (sample.problem !== null) return `The last sample failed: ${sample.problem}`
  const all = sample.messages + sample.nulls
  if (all === 0) return 'The newest part of the topic holds no message.'
  const nulls = sample.nulls === 0 ? '' : `, ${formatCount(sample.nulls)} null`
  const without =
    sample.withoutSchema === 0
      ? ''
      : `, ${formatCount(sample.withoutSchema)} without a schema id${sample.format === null ? '' : ` (${sample.format})`}`
  return `${sayMany(all, `sampled ${side}`)}${nulls}${without}`
}

const SideSection = ({
  connection,
  topic,
  data,
  isRegistryAway,
}: {
  readonly connection: string
  readonly topic: string
  readonly data: Side
  /** The registry did not answer: no subject found says nothing. */
  readonly isRegistryAway: boolean
}) => (
  <Section
    title={data.side === 'value' ? 'Value' : 'Key'}
    padded={false}
    aside={data.side === 'value' ? <SampleNow connection={connection} topic={topic} /> : null}
  >
    <div className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-3 py-2">
      {data.subjects.length === 0 && isRegistryAway ? (
        <span className="text-muted">Its subjects are not known: the registry did not tell them.</span>
      ) : data.subjects.length === 0 ? (
        <span className="flex flex-wrap items-center gap-3 text-muted">
          No subject is called{' '}
          <span className="font-mono text-small">
            {topic}-{data.side}
          </span>
          <LinkButton
            size="small"
            href={routes.schemaDraft(connection, { subject: `${topic}-${data.side}` })}
          >
            Register one…
          </LinkButton>
        </span>
      ) : (
        data.subjects.map(({ subject, latest, byName }) => (
          <span key={subject} className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <Link href={routes.subject(connection, subject)} className="link font-mono text-small break-all">
              {subject}
            </Link>
            {latest === null ? (
              <span className="text-muted">not told</span>
            ) : (
              <span className="text-muted">
                {typeWords[latest.type]}, latest{' '}
                <Link
                  href={routes.schemaVersion(connection, subject, latest.version)}
                  className="link font-mono text-small"
                >
                  v{latest.version}
                </Link>
              </span>
            )}
            {byName ? null : <span className="text-small text-faint">seen in its messages</span>}
          </span>
        ))
      )}
    </div>
    {data.drifts.length === 0 ? null : (
      <div className="border-b border-line">
        <SchemaDrifts connection={connection} drifts={data.drifts} ofTopic />
      </div>
    )}
    {data.sightings.length === 0 ? null : (
      <SchemaSightings connection={connection} sightings={data.sightings} ofTopic />
    )}
    <p className="px-3 py-1.5 text-small text-muted">
      {sayWithout(data)}
      {data.sample === null ? null : (
        <>
          {' '}
          · sampled <Ago at={data.sample.sampledAt} />
        </>
      )}
    </p>
  </Section>
)
