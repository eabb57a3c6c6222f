'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Input } from '../../ui/input.tsx'
import { Field } from './field.tsx'
import { PlanButton } from './plan-button.tsx'
import { usePlanChange } from './use-plan-change.ts'
import { WithoutTopic } from './without-topic.tsx'

/** The form of more partitions of one topic. It leads to its plan; nothing is changed here. */
export const AddPartitionsView = ({
  connection,
  topic,
}: {
  readonly connection: string
  readonly topic: string
}) => {
  const query = useQuery({
    ...endpointStill(endpoints.showTopic, { params: { connection, topic } }),
    enabled: topic !== '',
  })
  if (topic === '') return <WithoutTopic connection={connection} title="Add partitions" />
  return (
    <PageShell
      title="Add partitions to"
      name={topic}
      meta={<span>{query.data ? `${formatCount(query.data.data.partitions)} now` : ''}</span>}
    >
      <QueryPanel
        query={query}
        list={listLinks.topics(connection)}
        skeleton={<SectionsSkeleton columns="minmax(0,1fr)" sections={[[['Partitions', 3]]]} />}
      >
        {({ data }) => <PartitionsForm connection={connection} data={data} />}
      </QueryPanel>
    </PageShell>
  )
}

const PartitionsForm = ({
  connection,
  data,
}: {
  readonly connection: string
  readonly data: TopicDetail['data']
}) => {
  const [total, setTotal] = useState(String(data.partitions * 2))
  const { plan, problemOf } = usePlanChange(connection, ['partitions'])
  const isMore = /^\d{1,5}$/.test(total) && Number(total) > data.partitions
  const may = data.may.addPartitions
  return (
    <Section title="Partitions">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          plan.mutate({ action: 'add-partitions', topic: data.name, total: Number(total) })
        }}
      >
        <Field
          label="Partitions in all"
          problem={isMore ? problemOf('partitions') : `A whole number above ${formatCount(data.partitions)}.`}
          hint={`There are ${formatCount(data.partitions)}. Twice as many, or a whole multiple, moves the fewest keys.`}
        >
          {(attributes) => (
            <Input
              {...attributes}
              inputMode="numeric"
              value={total}
              onChange={(event) => setTotal(event.target.value)}
              className="w-24 text-right"
            />
          )}
        </Field>
        <PlanButton
          problem={problemOf('')}
          error={plan.error}
          isPending={plan.isPending}
          refusedBecause={may.state === 'yes' ? null : may.why}
          disabled={!isMore}
        />
      </form>
    </Section>
  )
}
