'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { AuditEntry, AuditFacts } from '#server/contracts/audit.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SidePanel } from '../../patterns/side-panel.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { AuditSubjects } from './audit-subjects.tsx'

type Facts = NonNullable<AuditFacts['selection']>
type Fact = Facts[string]

/** One entry beside the list: why, what was chosen and planned, what came of it, and its place in the chain. */
export const AuditPanel = ({
  connection,
  id,
  onClose,
}: {
  readonly connection: string
  readonly id: string
  readonly onClose: () => void
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showAuditEntry, { params: { id } }),
    refetchInterval: false,
  })
  return (
    <SidePanel title={`Entry ${id}`} href={null} onClose={onClose}>
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={14} />}>
        {(entry) => <AuditDetail entry={entry} connection={connection} />}
      </QueryPanel>
    </SidePanel>
  )
}

const AuditDetail = ({ entry, connection }: { readonly entry: AuditEntry; readonly connection: string }) => {
  const { facts, about } = entry
  return (
    <div className="flex flex-col gap-3">
      <Section title="What was done">
        <KeyValue
          rows={[
            ['When', <Time key="at" at={entry.atMs} relative />],
            ['Who', entry.actor],
            ['Did', entry.action],
            [
              'To',
              <span key="target">
                <span className="font-mono text-small">{entry.target}</span>{' '}
                <Link href={routes.audit(connection, { target: entry.target })} className="link">
                  all of it
                </Link>
              </span>,
            ],
            ['Why', entry.reason === '' ? <NotSaid key="why" /> : `“${entry.reason}”`],
            ['Result', <Status key="result" of="audit" value={entry.result} />],
            [
              'Detail',
              entry.detail === '' ? <NotSaid key="detail" /> : <TimedText key="detail" text={entry.detail} />,
            ],
            ['Connection', entry.connection ?? 'none: it belongs to no connection'],
          ]}
        />
      </Section>
      {about.length === 0 ? null : (
        <Section title="About">
          <AuditSubjects connection={entry.connection ?? connection} about={about} />
        </Section>
      )}
      <FactsSection title="What was chosen" facts={facts?.selection} />
      <FactsSection title="What was planned" facts={facts?.plan} />
      <FactsSection title="What came of it" facts={facts?.outcome} />
      <Section title="Place in the chain">
        <KeyValue
          rows={[
            ['SHA-256', <Copyable key="hash" text={entry.hash} what="hash" />],
            ['Of the one before', <Copyable key="previous" text={entry.previousHash} what="hash before" />],
          ]}
        />
      </Section>
    </div>
  )
}

const NotSaid = () => <span className="text-faint">not said</span>

const FactsSection = ({ title, facts }: { readonly title: string; readonly facts: Facts | undefined }) =>
  facts === undefined ? null : (
    <Section title={title}>
      <KeyValue
        rows={Object.entries(facts).map(([name, value]) => [name, <FactValue key={name} value={value} />])}
      />
    </Section>
  )

const FactValue = ({ value }: { readonly value: Fact | undefined }) => {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0))
    return <span className="text-faint">none</span>
  if (!Array.isArray(value)) return <span>{String(value)}</span>
  return (
    <ul className="flex flex-col gap-1">
      {value.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  )
}
