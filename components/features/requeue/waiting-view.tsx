'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseAsInteger, parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { WaitingList } from '#server/contracts/requeues.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, formatDuration, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { RetryChain } from '../../patterns/retry-chain.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { RequeuePanel } from './requeue-panel.tsx'
import { waitingColumns } from './waiting-columns.tsx'

const dueChoices = [5, 15, 60, 360] as const
const minuteMs = 60_000

/** What waits in a retry topic, and what can be done with it before it is due. */
export const WaitingView = ({
  connection,
  topic,
}: {
  readonly connection: string
  readonly topic: string
}) => {
  const [text, setText] = useQueryState(
    'text',
    parseAsString.withDefault('').withOptions({ throttleMs: 300 }),
  )
  const [within, setWithin] = useQueryState('within', parseAsInteger)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  // From when it was chosen on: an end that moved with each look would never be the same question twice.
  const dueUntil = useMemo(() => (within === null ? null : Date.now() + within * minuteMs), [within])
  const q = text.trim()
  const filter = { ...(q === '' ? {} : { q }), ...(dueUntil === null ? {} : { dueUntil }) }
  const isFiltered = q !== '' || within !== null
  const query = useQuery({
    ...endpointQuery(endpoints.listWaiting, {
      params: { connection, topic },
      query: { limit: 200, ...filter },
    }),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  })
  const data = query.data
  const clear = () => {
    setChosen(new Set())
    void setText(null)
    void setWithin(null)
  }
  return (
    <PageShell
      title={`Waiting in ${topic}`}
      meta={data ? <Meta list={data} /> : null}
      actions={<LinkButton href={routes.topic(connection, topic)}>Topic</LinkButton>}
    >
      <RetryChain connection={connection} topic={topic} isWaitingPage />
      <QueryPanel
        query={query}
        list={listLinks.topics(connection)}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,1fr) minmax(300px,380px)"
            sections={[[['Waiting messages', 8]], [['Requeue', 10]]]}
          />
        }
        isEmpty={(list) => list.origin === null || list.matching === 0}
        empty={
          data?.origin === null
            ? {
                title: `${topic} is the retry topic of no chain that is known`,
                text: 'Retry topics are known by their names, by the headers of their records, and by retryTopicSuffixes in spillway.yaml.',
              }
            : {
                title: `Nothing waits in ${topic}`,
                text: `${readersOf(data)} What fails next and is to be tried again from here appears by itself.`,
              }
        }
        onClearFilter={isFiltered ? clear : undefined}
        filtered={{
          title: 'No waiting message fits the filter',
          text: 'Those that wait are due later, or hold another text.',
          clear: 'Show all that wait',
        }}
      >
        {(list) => (
          <div className="grid grid-cols-[minmax(0,1fr)_minmax(300px,380px)] gap-3 max-[1100px]:grid-cols-1">
            <Section
              title="Waiting messages"
              padded={false}
              className="self-start"
              aside={
                <>
                  <Input
                    aria-label="Only messages with this text in key or error"
                    placeholder="Text in key or error"
                    value={text}
                    onChange={(event) => {
                      setChosen(new Set())
                      void setText(event.target.value === '' ? null : event.target.value)
                    }}
                    className="w-40"
                  />
                  <Select
                    quiet
                    aria-label="Only messages that are due within"
                    value={within ?? ''}
                    onChange={(event) => {
                      setChosen(new Set())
                      void setWithin(event.target.value === '' ? null : Number(event.target.value))
                    }}
                  >
                    <option value="">Due at any time</option>
                    {dueChoices.map((minutes) => (
                      <option key={minutes} value={minutes}>
                        Due within {formatDuration(minutes * minuteMs)}
                      </option>
                    ))}
                  </Select>
                  <span>
                    {list.records.length < list.matching
                      ? `first ${formatCount(list.records.length)} of ${formatCount(list.matching)}`
                      : formatCount(list.matching)}
                  </span>
                  {chosen.size > 0 ? (
                    <Button kind="bare" size="small" onClick={() => setChosen(new Set())}>
                      Choose none
                    </Button>
                  ) : null}
                </>
              }
            >
              <DataTable
                label="Waiting messages"
                columns={waitingColumns(connection, topic)}
                rows={list.records}
                rowKey={({ position }) => position}
                rowHref={({ position }) => routes.message(connection, topic, position)}
                selection={{ chosen, onChange: setChosen }}
              />
            </Section>
            <RequeuePanel connection={connection} list={list} chosen={chosen} filter={filter} />
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const readersOf = (list: WaitingList | undefined): string =>
  list === undefined || list.readers.length === 0
    ? 'The topic is empty, and no group reads it.'
    : `${list.readers.map(({ group }) => group).join(' and ')} ${list.readers.length === 1 ? 'has' : 'have'} read all of it.`

const Meta = ({ list }: { readonly list: WaitingList }) => (
  <>
    <span>
      {list.isWhole ? '' : 'the first '}
      {sayMany(list.waiting, 'message waits', 'messages wait')}
    </span>
    {list.firstDueAt === null ? null : (
      <span>
        first due <TimeLeft until={list.firstDueAt} isCalm />, last <TimeLeft until={list.lastDueAt} isCalm />
      </span>
    )}
    {list.convention === null ? null : <span>{titleOfConvention(list.convention)}</span>}
  </>
)
