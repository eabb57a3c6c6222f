'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { usePushedStates } from '../../client/use-pushed-states.ts'
import { FailedPanel, isMissing } from '../../patterns/failed-panel.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatBytes, formatRate, sayMany } from '../../patterns/quantity.ts'
import { RetryChain } from '../../patterns/retry-chain.tsx'
import { classNames } from '../../ui/class-names.ts'
import { LinkButton } from '../../ui/link-button.tsx'
import { GoToPosition } from './go-to-position.tsx'
import { MessagesPanel } from './messages-panel.tsx'
import { retentionWords } from './retention-words.ts'
import { TopicActions } from './topic-actions.tsx'
import { placeOf, tabOfKey, topicSearch, topicTabs } from './topic-address.ts'

const AroundPanel = dynamic(() => import('./around-panel.tsx').then((module) => module.AroundPanel))
const TopicFacts = dynamic(() => import('./topic-facts.tsx').then((module) => module.TopicFacts))

const TopicSchema = dynamic(() => import('./topic-schema.tsx').then((module) => module.TopicSchema))

const tabTitles = {
  messages: 'Messages',
  partitions: 'Partitions',
  groups: 'Groups',
  config: 'Configuration',
  schema: 'Schema',
} as const

/** One topic: its newest messages first; partitions, groups and configuration beside. */
export const TopicView = ({ connection, topic }: { readonly connection: string; readonly topic: string }) => {
  const [{ tab, search, ...place }, setView] = usePushedStates(topicSearch)
  const at = placeOf(place)
  const goTo = (next: string | null): void =>
    void setView({ tab: 'messages', at: next, partition: null, offset: null })
  const query = useQuery(endpointQuery(endpoints.showTopic, { params: { connection, topic } }))
  const data = query.data?.data
  if (isMissing(query.error))
    return (
      <PageShell title={topic} mono>
        <FailedPanel
          error={query.error}
          sinceMs={null}
          isTrying={query.isFetching}
          onRetry={() => void query.refetch()}
          list={listLinks.topics(connection)}
        />
      </PageShell>
    )
  return (
    <PageShell
      title={topic}
      mono
      meta={
        data ? (
          <>
            <span>{sayMany(data.partitions, 'partition')}</span>
            <span>{sayMany(data.messages, 'message')}</span>
            {data.producedPerSecond === null ? null : <span>{formatRate(data.producedPerSecond)}</span>}
            <span>{formatBytes(data.sizeBytes)}</span>
            <span>{retentionWords(data)}</span>
          </>
        ) : null
      }
      actions={
        <>
          <LinkButton href={routes.produce(connection, topic)}>Produce…</LinkButton>
          {data ? <TopicActions connection={connection} topic={topic} may={data.may} /> : null}
        </>
      }
    >
      <RetryChain connection={connection} topic={topic} />
      <div className="flex items-end justify-between gap-4 border-b border-line">
        <div role="tablist" aria-label="Parts of the topic" className="flex gap-4">
          {topicTabs.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={one === tab}
              tabIndex={one === tab ? 0 : -1}
              onKeyDown={(event) => {
                const next = tabOfKey(event.key, one)
                if (next === undefined) return
                event.preventDefault()
                void setView({ tab: next })
                event.currentTarget.parentElement
                  ?.querySelectorAll<HTMLElement>('[role=tab]')
                  [topicTabs.indexOf(next)]?.focus()
              }}
              onClick={() => void setView({ tab: one })}
              className={classNames(
                '-mb-px h-8 border-b-2',
                one === tab
                  ? 'border-accent font-strong text-text'
                  : 'border-transparent text-muted hover:text-text',
              )}
            >
              {tabTitles[one]}
            </button>
          ))}
        </div>
        <div className="pb-1">
          <GoToPosition onGo={goTo} />
        </div>
      </div>
      {tab === 'messages' && at !== '' ? (
        <AroundPanel key={at} connection={connection} topic={topic} at={at} onGo={goTo} />
      ) : tab === 'messages' ? (
        <MessagesPanel
          connection={connection}
          topic={topic}
          search={search}
          onSearch={(next) => void setView({ search: next }, { history: 'push' })}
        />
      ) : tab === 'schema' ? (
        <TopicSchema connection={connection} topic={topic} />
      ) : (
        <TopicFacts query={query} tab={tab} connection={connection} />
      )}
    </PageShell>
  )
}
