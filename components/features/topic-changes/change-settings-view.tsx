'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { PlanButton } from './plan-button.tsx'
import { SettingFields, type SettingValues } from './setting-fields.tsx'
import { usePlanChange } from './use-plan-change.ts'
import { WithoutTopic } from './without-topic.tsx'

/** The form of changed settings of one topic. It leads to its plan; nothing is changed here. */
export const ChangeSettingsView = ({
  connection,
  topic,
  setting,
}: {
  readonly connection: string
  readonly topic: string
  /** The setting with which to begin; empty: none. */
  readonly setting: string
}) => {
  const query = useQuery({
    ...endpointStill(endpoints.showTopic, { params: { connection, topic } }),
    enabled: topic !== '',
  })
  if (topic === '') return <WithoutTopic connection={connection} title="Change the configuration" />
  return (
    <PageShell
      title="Change the configuration of"
      name={topic}
      meta={
        <Link href={routes.topic(connection, topic, { tab: 'config' })} className="link">
          All settings in force
        </Link>
      }
    >
      <QueryPanel
        query={query}
        list={listLinks.topics(connection)}
        skeleton={<SectionsSkeleton columns="minmax(0,1fr)" sections={[[['Settings', 6]]]} />}
      >
        {({ data }) => <ChangeForm connection={connection} data={data} first={setting} />}
      </QueryPanel>
    </PageShell>
  )
}

const ChangeForm = ({
  connection,
  data,
  first,
}: {
  readonly connection: string
  readonly data: TopicDetail['data']
  readonly first: string
}) => {
  const known = data.config.filter(({ isReadOnly }) => !isReadOnly)
  const [settings, setSettings] = useState<SettingValues>(() => {
    const found = known.find(({ name }) => name === first)
    return found ? { [first]: found.value ?? '' } : {}
  })
  const { plan, problemOf } = usePlanChange(connection, Object.keys(settings))
  const may = data.may.changeSettings
  return (
    <Section title="Settings">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          plan.mutate({ action: 'change-settings', topic: data.name, settings: { ...settings } })
        }}
      >
        <SettingFields
          options={known.map(({ name, explanation, choices, value, readable, source }) => ({
            name,
            explanation,
            choices,
            now: `${value === null || value === '' ? 'nothing' : value}${readable === null ? '' : ` = ${readable}`}${source === 'topic' ? '' : ', the default'}`,
            isOwn: source === 'topic',
          }))}
          values={settings}
          onChange={setSettings}
          problemOf={problemOf}
        />
        <PlanButton
          problem={problemOf('')}
          error={plan.error}
          isPending={plan.isPending}
          refusedBecause={may.state === 'yes' ? null : may.why}
          disabled={Object.keys(settings).length === 0}
        />
      </form>
    </Section>
  )
}
