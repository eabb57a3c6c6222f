'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { isMissing } from '../../patterns/failed-panel.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { isFinal, QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { StackView } from '../../patterns/stack-view.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { GroupCase } from './group-case.tsx'
import { GroupHistory } from './group-history.tsx'
import { LettersTable } from './letters-table.tsx'
import { usePlanReplay } from './use-plan-replay.ts'

// It asks for its letter first: its code comes beside the answer.
const SamplePayload = dynamic(() => import('./sample-payload.tsx').then((module) => module.SamplePayload), {
  ssr: false,
  loading: () => (
    <Section title="Sample payload" padded={false}>
      <LinesSkeleton lines={6} />
    </Section>
  ),
})

// Both ask for the evidence, which the page does not wait for.
const GroupSpread = dynamic(() => import('./group-spread.tsx').then((module) => module.GroupSpread), {
  ssr: false,
  loading: () => (
    <Section title="How its letters differ">
      <LinesSkeleton lines={6} />
    </Section>
  ),
})
const GroupGrouping = dynamic(() => import('./group-grouping.tsx').then((module) => module.GroupGrouping), {
  ssr: false,
  loading: () => (
    <Section title="Grouping">
      <LinesSkeleton lines={2} />
    </Section>
  ),
})
const FixEvidence = dynamic(() => import('./fix-evidence.tsx').then((module) => module.FixEvidence), {
  ssr: false,
  loading: () => (
    <Section title="Is it fixed?">
      <LinesSkeleton lines={4} />
    </Section>
  ),
})

/** One failure group: the error and its stack, a sample, its letters; state and replay on the right. */
export const FailureGroupView = ({
  connection,
  id,
}: {
  readonly connection: string
  readonly id: string
}) => {
  const query = useQuery(endpointQuery(endpoints.showFailureGroup, { params: { connection, id } }))
  const plan = usePlanReplay(connection)
  const group = query.data
  const router = useRouter()
  const standing = group?.id
  useEffect(() => {
    // Its letters have become those of another group: that is the address to keep.
    if (standing !== undefined && standing !== id) router.replace(routes.failureGroup(connection, standing))
  }, [standing, id, connection, router])
  // The sample stays the one first shown: what one reads does not change under the eyes.
  const [sample, setSample] = useState<string | null>(null)
  if (sample === null && group?.sampleLetterId) setSample(group.sampleLetterId)
  return (
    <PageShell
      title={group ? (shortClass(group.rootCause ?? group.errorClass) ?? 'Unknown error') : 'Failure group'}
      meta={
        group ? (
          <>
            <span className="font-mono text-small">
              {group.originTopic ?? '?'} → {group.group ?? 'unknown group'}
            </span>
            <Status of="failureGroup" value={group.state} />
            <span>
              {sayMany(group.count, 'letter')}, {sayStandings(group.standings)}last{' '}
              <Ago at={group.lastSeenAt} />
            </span>
          </>
        ) : null
      }
      actions={
        <>
          {group?.group ? (
            <LinkButton href={routes.group(connection, group.group)}>Consumer group</LinkButton>
          ) : null}
          {group ? (
            <Button kind="main" disabled={plan.isPending} onClick={() => plan.mutate({ failureGroupId: id })}>
              {plan.isPending ? 'Checking…' : `Replay ${formatCount(group.count)}…`}
            </Button>
          ) : null}
        </>
      }
    >
      <ProblemLine error={plan.error} look="box" />
      <div
        className={
          group || query.isPending
            ? 'grid grid-cols-[minmax(0,2fr)_minmax(280px,1fr)] gap-3 max-[1100px]:grid-cols-1'
            : 'flex flex-col gap-3'
        }
      >
        {/* On a narrow page its letters, which are many, come after what is known of the group. */}
        <div className="flex min-w-0 flex-col gap-3 max-[1100px]:contents">
          <QueryPanel
            query={query}
            list={listLinks.failureGroups(connection)}
            skeleton={
              <SectionsSkeleton
                columns="minmax(0,1fr)"
                sections={[
                  [
                    ['Cause', 12],
                    ['How its letters differ', 12],
                    ['Sample payload', 8],
                  ],
                ]}
              />
            }
          >
            {(data) => (
              <div className="flex min-w-0 flex-col gap-3">
                <Section
                  title="Cause"
                  padded={false}
                  aside={data.conventions.map(titleOfConvention).join(', ')}
                >
                  <div className="border-b border-line px-3 py-2">
                    <div className="font-mono text-small font-strong break-all text-critical">
                      {data.rootCause ?? data.errorClass ?? 'The headers name no error'}
                    </div>
                    {data.message === null ? null : <div className="mt-0.5 break-words">{data.message}</div>}
                    {data.frame === null ? null : (
                      <div className="mt-0.5 font-mono text-small break-all text-muted">at {data.frame}</div>
                    )}
                  </div>
                  {data.stackLines.length === 0 ? (
                    <p className="px-3 py-2 text-muted">Its headers carry no stack trace.</p>
                  ) : (
                    <StackView lines={data.stackLines} />
                  )}
                </Section>
                <GroupSpread connection={connection} id={id} />
                {sample === null ? null : <SamplePayload connection={connection} letterId={sample} />}
              </div>
            )}
          </QueryPanel>
          {isMissing(query.error) ? null : (
            <div className="min-w-0 max-[1100px]:order-3">
              <LettersTable
                connection={connection}
                failureGroup={id}
                standings={group?.standings}
                topics={group?.deadLetterTopics ?? []}
              />
            </div>
          )}
        </div>
        {group && !(query.error && isFinal(query.error)) ? (
          <Side data={group} connection={connection} checkedAt={query.dataUpdatedAt} />
        ) : query.isPending ? (
          <SectionsSkeleton
            columns="minmax(0,1fr)"
            sections={[
              [
                ['State', 3],
                ['Is it fixed?', 6],
                ['Deaths, last hour', 3],
                ['Facts', 6],
              ],
            ]}
          />
        ) : null}
      </div>
    </PageShell>
  )
}

/** How many are open, where some are not: `480 open, 12 settled, 15 discarded, `. */
const sayStandings = ({ open, settled, discarded, archived }: FailureGroupDetail['standings']): string =>
  settled + discarded + archived === 0
    ? ''
    : Object.entries({ open, settled, discarded, archived })
        .filter(([name, count]) => count > 0 || name === 'open')
        .map(([name, count]) => `${formatCount(count)} ${name}, `)
        .join('')

const Side = ({
  data,
  connection,
  checkedAt,
}: {
  readonly data: FailureGroupDetail
  readonly connection: string
  readonly checkedAt: number
}) => (
  <div className="flex min-w-0 flex-col gap-3">
    <GroupCase data={data} connection={connection} />
    <FixEvidence connection={connection} id={data.id} group={data.group} />
    <Section title="Deaths, last hour">
      <Sparkline
        points={data.trend}
        label={`Deaths a minute over the last hour, ${Math.round(data.perMinute)} a minute now`}
        width={300}
        height={56}
        bars
        isWide
        marks={data.marks.map(({ id, atMs, kind, text }) => ({
          id,
          at: 1 - (checkedAt - atMs) / 3_600_000,
          text: `${kind}: ${text}`,
        }))}
      />
      <p className="mt-0.5 flex justify-between text-small text-muted">
        <Time at={checkedAt - 3_600_000} short /> <span>now</span>
      </p>
      <p className="mt-1 text-muted">
        {data.perMinute === 0
          ? 'None in the last five minutes'
          : `${data.perMinute.toFixed(data.perMinute < 10 ? 1 : 0)} a minute, by the last five minutes`}
      </p>
      {data.marks.length > 0 ? (
        <ul aria-label="Marks" className="mt-2 text-small text-muted">
          {data.marks.slice(-4).map(({ id, atMs, kind, text }) => (
            <li key={id} className="truncate" title={text}>
              <Time at={atMs} short /> {kind}: {text}
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
    <Section title="Facts">
      <KeyValue
        rows={[
          ['First seen', <Time key="f" at={data.firstSeenAt} relative />],
          ['Last seen', <Time key="l" at={data.lastSeenAt} relative />],
          [
            'First letter expires',
            <span key="e">
              <TimeLeft until={data.firstExpiresAt} isCalm={data.isKept} />
              {data.isKept && data.firstExpiresAt !== null ? ', kept by Spillway before' : null}
            </span>,
          ],
          ['First origin expires', <TimeLeft key="x" until={data.originExpiresAt} />],
          [
            'Letters in',
            <span key="t" className="font-mono text-small">
              {data.deadLetterTopics.join(', ')}
            </span>,
          ],
          [
            'Died in',
            <span key="o" className="font-mono text-small">
              {data.originTopic ?? 'unknown'}
            </span>,
          ],
          ['Origin is', <Status key="c" of="confidence" value={data.confidence} />],
          [
            'Group',
            <span key="g" className="font-mono text-small">
              {data.group ?? 'unknown: neither headers nor names say'}
            </span>,
          ],
        ]}
      />
    </Section>
    <GroupGrouping data={data} connection={connection} />
    <GroupHistory data={data} connection={connection} />
  </div>
)
