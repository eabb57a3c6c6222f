'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TopicSettingCatalogue } from '#server/contracts/topics.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Input } from '../../ui/input.tsx'
import { Field } from './field.tsx'
import { PlanButton } from './plan-button.tsx'
import { SettingFields, type SettingValues } from './setting-fields.tsx'
import { usePlanChange } from './use-plan-change.ts'

/** The form of a new topic. It leads to its plan; nothing is made here. */
export const CreateTopicView = ({ connection }: { readonly connection: string }) => {
  const query = useQuery(endpointQuery(endpoints.listTopicSettings, { params: { connection } }))
  return (
    <PageShell title="Create a topic" meta={<span>{query.data ? sayBrokers(query.data.brokers) : ''}</span>}>
      <QueryPanel
        query={query}
        skeleton={<SectionsSkeleton columns="minmax(0,1fr)" sections={[[['Topic', 8]]]} />}
      >
        {(data) => <CreateForm connection={connection} catalogue={data} />}
      </QueryPanel>
    </PageShell>
  )
}

const sayBrokers = (brokers: number): string => sayMany(brokers, 'broker')
const usualReplicas = 3

const CreateForm = ({
  connection,
  catalogue,
}: {
  readonly connection: string
  readonly catalogue: TopicSettingCatalogue
}) => {
  const { brokers, settings: known, mayCreate } = catalogue
  const [name, setName] = useState('')
  const [partitions, setPartitions] = useState('3')
  const [replicas, setReplicas] = useState(String(Math.min(usualReplicas, brokers)))
  const [settings, setSettings] = useState<SettingValues>({})
  const { plan, problemOf } = usePlanChange(connection, [
    'topic',
    'partitions',
    'replicationFactor',
    ...Object.keys(settings),
  ])
  const isCount = (text: string) => /^[1-9]\d{0,4}$/.test(text)
  return (
    <Section title="Topic">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          plan.mutate({
            action: 'create',
            topic: name,
            partitions: Number(partitions),
            replicationFactor: Number(replicas),
            settings: Object.fromEntries(Object.entries(settings).map(([one, value]) => [one, value ?? ''])),
          })
        }}
      >
        <Field
          label="Name"
          problem={problemOf('topic')}
          hint="Letters, digits, dot, underscore and hyphen; at most 249. It can not be renamed."
        >
          {(attributes) => (
            <Input
              {...attributes}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="w-full max-w-[560px] font-mono text-small"
            />
          )}
        </Field>
        <Field
          label="Partitions"
          problem={isCount(partitions) ? problemOf('partitions') : 'A whole number from 1 on.'}
          hint="At most as many consumers of one group read side by side. More can be added later, but keys then move; none can be taken away."
        >
          {(attributes) => (
            <Input
              {...attributes}
              inputMode="numeric"
              value={partitions}
              onChange={(event) => setPartitions(event.target.value)}
              className="w-24 text-right"
            />
          )}
        </Field>
        <Field
          label="Replicas of each"
          problem={isCount(replicas) ? problemOf('replicationFactor') : 'A whole number from 1 on.'}
          hint={`Each message is kept on this many brokers. There ${brokers === 1 ? 'is' : 'are'} ${sayMany(brokers, 'broker')}.`}
        >
          {(attributes) => (
            <Input
              {...attributes}
              inputMode="numeric"
              value={replicas}
              onChange={(event) => setReplicas(event.target.value)}
              className="w-24 text-right"
            />
          )}
        </Field>
        <SettingFields
          options={known.map((one) => ({ ...one, now: null, isOwn: false }))}
          values={settings}
          onChange={setSettings}
          problemOf={problemOf}
        />
        <PlanButton
          problem={problemOf('')}
          error={plan.error}
          isPending={plan.isPending}
          refusedBecause={mayCreate.state === 'yes' ? null : mayCreate.why}
          disabled={name === '' || !isCount(partitions) || !isCount(replicas)}
        />
      </form>
    </Section>
  )
}
