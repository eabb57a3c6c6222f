'use client'
import { useQuery } from '@tanstack/react-query'
import type { Capability, CapabilityName } from '#server/contracts/capabilities.ts'
import type { ConnectionDetail } from '#server/contracts/connections.ts'
import type { Health } from '#server/contracts/health.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { KeyValue } from '../../patterns/key-value.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { RegistryAbilities } from './registry-abilities.tsx'

const capabilityTitles: Readonly<Record<CapabilityName, readonly [title: string, use: string]>> = {
  'list-topics': ['List topics', 'Topics, dead letters, the map'],
  'read-messages': ['Read messages', 'Messages, dead letters, replay'],
  'list-groups': ['List consumer groups', 'Lag, verdicts, what a replay reaches'],
  publish: ['Publish messages', 'Replay'],
  'topic-sizes': ['Read sizes on disk', 'Size of each topic'],
  'create-topics': ['Create topics', 'New topics'],
  'delete-topics': ['Delete topics', 'Deleting topics'],
  'change-topic-settings': ['Change settings', 'Configuration of topics'],
  'add-partitions': ['Add partitions', 'More partitions of a topic'],
  registry: ['Ask the schema registry', 'Avro, Protobuf and JSON Schema payloads'],
}

type Ability = { readonly name: CapabilityName; readonly capability: Capability }

const abilityColumns: readonly Column<Ability>[] = [
  { id: 'name', header: 'Ability', width: '170px', cell: ({ name }) => capabilityTitles[name][0] },
  {
    id: 'state',
    header: 'State',
    width: '110px',
    cell: ({ capability }) => <Status of="capability" value={capability.state} />,
  },
  {
    id: 'why',
    header: 'Needed for, or why not',
    width: 'minmax(200px, 1fr)',
    cell: ({ name, capability }) => {
      const text = capability.state === 'yes' ? capabilityTitles[name][1] : capability.why
      return (
        <span title={text} className={capability.state === 'yes' ? 'text-muted' : ''}>
          {text}
        </span>
      )
    },
  },
]

const abilitiesOf = ({ capabilities }: ConnectionDetail): readonly Ability[] =>
  (Object.keys(capabilityTitles) as CapabilityName[]).map((name) => ({
    name,
    capability: capabilities[name],
  }))

const dependencyColumns: readonly Column<Health['dependencies'][number]>[] = [
  { id: 'name', header: 'Part', width: '170px', cell: ({ name }) => name },
  {
    id: 'state',
    header: 'State',
    width: '130px',
    cell: ({ state }) => <Status of="health" value={state} />,
  },
  {
    id: 'latency',
    header: 'Answered in',
    width: '110px',
    align: 'right',
    cell: ({ latencyMs }) =>
      latencyMs === null ? <span className="text-faint">–</span> : `${latencyMs.toFixed(1)} ms`,
  },
  {
    id: 'detail',
    header: 'Detail',
    width: 'minmax(240px, 1fr)',
    cell: ({ detail }) => <span title={detail}>{detail}</span>,
  },
]

/** One connection: the cluster behind it, what may be done there and why not, and the state of all that Spillway needs. */
export const ConnectionView = ({ connection }: { readonly connection: string }) => {
  const detail = useQuery(endpointQuery(endpoints.showConnection, { params: { connection } }))
  const health = useQuery(endpointQuery(endpoints.showHealth))
  return (
    <PageShell
      title={detail.data?.name ?? 'Connection'}
      meta={detail.data ? <span>{detail.data.environment.name}</span> : null}
    >
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] items-start gap-3 max-[1100px]:grid-cols-1">
        <Section title="Cluster">
          <QueryPanel query={detail} skeleton={<ClusterSkeleton />}>
            {(data) => <Cluster data={data} />}
          </QueryPanel>
        </Section>
        <Section title="What may be done here" padded={false}>
          <QueryPanel query={detail} skeleton={<TableSkeleton rows={6} columns={abilityColumns} />}>
            {(data) => (
              <DataTable
                label="What may be done on this connection"
                rows={abilitiesOf(data)}
                rowKey={({ name }) => name}
                columns={abilityColumns}
              />
            )}
          </QueryPanel>
        </Section>
      </div>
      {detail.data?.registryConfigured ? <RegistryAbilities connection={connection} /> : null}
      <Section title="What Spillway depends on" padded={false}>
        <QueryPanel query={health} skeleton={<TableSkeleton rows={4} columns={dependencyColumns} />}>
          {({ dependencies }) => (
            <DataTable
              label="Dependencies"
              rows={dependencies}
              rowKey={({ name }) => name}
              columns={dependencyColumns}
            />
          )}
        </QueryPanel>
      </Section>
    </PageShell>
  )
}

const editingWords = {
  off: 'off: dead letters are replayed as they died. editing: on in spillway.yaml lets them be edited first, editing: approved only after another person has agreed',
  on: 'on: a dead letter can be edited before it is replayed, one at a time (editing: on)',
  approved: 'on: an edited dead letter is sent after another person has approved it (editing: approved)',
} as const satisfies Record<ConnectionDetail['editing'], string>

const Cluster = ({ data }: { readonly data: ConnectionDetail }) => (
  <KeyValue
    rows={[
      ['Kind', 'Kafka'],
      [
        'Cluster id',
        data.broker ? (
          <Copyable key="c" text={data.broker.clusterId} what="cluster id" />
        ) : (
          <span key="c" className="text-critical">
            the broker does not answer
          </span>
        ),
      ],
      ['Brokers', data.broker ? String(data.broker.brokers) : 'not known'],
      ['Environment', `${data.environment.name}${data.environment.production ? ', production' : ''}`],
      [
        'Writing',
        data.readOnly
          ? 'refused: the connection is read-only in the configuration'
          : 'allowed, as far as the broker allows it',
      ],
      ['Editing letters', editingWords[data.editing]],
      ['Schema registry', data.registryConfigured ? 'configured' : 'not configured'],
    ]}
  />
)

const ClusterSkeleton = () => (
  <div aria-hidden className="flex flex-col gap-2">
    {['w-1/2', 'w-3/4', 'w-1/3', 'w-1/2', 'w-2/3', 'w-1/2'].map((width, index) => (
      <Skeleton key={index} className={width} />
    ))}
  </div>
)
