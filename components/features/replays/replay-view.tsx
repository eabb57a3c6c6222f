'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useQueryState } from 'nuqs'
import { outcomes } from '#server/contracts/choices.ts'
import type { Outcome, ReplaySummary } from '#server/contracts/replays.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { isMissing } from '../../patterns/failed-panel.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatBytes, formatCount, formatDuration, formatRate, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { CanaryStrip } from './canary-strip.tsx'
import { ReplayReturns } from './lazy-replay-returns.tsx'
import { ReportMenu } from './lazy-report-menu.tsx'
import { ReplayItems } from './replay-items.tsx'
import {
  paceWords,
  SteeringButtons,
  SteeringProblem,
  SteeringWords,
  useSteering,
} from './replay-steering.tsx'
import { shownState } from './shown-state.ts'

const shownAlways = new Set<Outcome>(['SETTLED', 'CONSUMED', 'RETRYING', 'RETURNED', 'UNKNOWN'])

const overStates = new Set<ReplaySummary['state']>(['done', 'cancelled', 'failed'])

/** A replay as it runs: progress, outcomes, and the proof of each item. */
export const ReplayView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showReplay, { params: { connection, id } }),
    refetchInterval: 2_000,
  })
  const steering = useSteering(connection, id)
  const [returnedAs, setReturnedAs] = useQueryState('error')
  const replay = query.data
  return (
    <PageShell
      title={replay ? `Replay #${replay.number}: ${replay.title}` : 'Replay'}
      meta={
        replay ? (
          <>
            <Status of="replay" value={shownState(replay)} />
            <span>
              to <span className="font-mono text-small">{replay.targets.join(', ')}</span>
              {replay.targetConnection ? (
                <>
                  {' '}
                  on{' '}
                  <Link href={routes.overview(replay.targetConnection.id)} className="link">
                    {replay.targetConnection.name}
                  </Link>
                </>
              ) : null}
            </span>
            <span>
              by {replay.startedBy}, <Time at={replay.createdAt} short relative />
            </span>
            {replay.reason === '' ? null : <span>“{replay.reason}”</span>}
          </>
        ) : null
      }
      actions={
        <>
          {replay ? (
            <>
              <ReportMenu connection={connection} id={id} />
              <LinkButton href={routes.audit(connection, { target: id })}>Audit</LinkButton>
            </>
          ) : null}
          {replay?.failureGroupId ? (
            <LinkButton href={routes.failureGroup(connection, replay.failureGroupId)}>
              Failure group
            </LinkButton>
          ) : null}
          {replay ? <SteeringButtons replay={replay} steering={steering} /> : null}
        </>
      }
    >
      <SteeringProblem steering={steering} />
      <QueryPanel
        query={query}
        list={{ href: routes.replays(connection), title: 'All replays' }}
        skeleton={<SectionsSkeleton columns="minmax(0,1fr)" sections={[[['Progress', 3]]]} />}
      >
        {(data) => (
          <Section title="Progress" aside={<span>{progressWords(data)}</span>}>
            {data.failure === null ? null : (
              <p
                role="alert"
                className={`mb-2 ${data.state === 'failed' ? 'text-critical' : 'text-warning'}`}
              >
                {data.failure.replace(/\.$/, '')}.
              </p>
            )}
            <SteeringWords replay={data} connection={connection} />
            <OutcomeBar replay={data} />
            {data.control.canary === null ? null : (
              <CanaryStrip replay={data} canary={data.control.canary} connection={connection} />
            )}
            <SendingWords replay={data} />
            <QuietWords replay={data} />
            <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1" aria-label="Outcomes">
              {outcomes
                .filter((name) => data.outcomes[name] > 0 || shownAlways.has(name))
                .map((name) => (
                  <li key={name} data-outcome={name} className="flex items-center gap-1.5">
                    <Status of="outcome" value={name} />
                    <span className="font-strong">{formatCount(data.outcomes[name])}</span>
                  </li>
                ))}
            </ul>
          </Section>
        )}
      </QueryPanel>
      {replay && replay.outcomes.RETURNED > 0 ? (
        <ReplayReturns
          connection={connection}
          replayId={id}
          returned={replay.outcomes.RETURNED}
          shown={returnedAs}
          show={(failureGroupId) => void setReturnedAs(failureGroupId)}
        />
      ) : null}
      {isMissing(query.error) ? null : (
        <ReplayItems
          connection={connection}
          replayId={id}
          returnedAs={returnedAs}
          target={replay?.targetConnection?.id ?? connection}
          isOver={replay !== undefined && overStates.has(replay.state)}
        />
      )}
    </PageShell>
  )
}

/** What may be relied on of how copies are sent. */
const SendingWords = ({ replay: { sending, abortedCopies } }: { readonly replay: ReplaySummary }) =>
  sending === null ? null : (
    <p className="mt-2 text-small text-muted" data-sending={sending.mode}>
      {sending.mode === 'transactions'
        ? 'Sent in transactions with the ledger: exactly once for read_committed readers.'
        : `Sent at least once: after a crash in between, a copy may be sent twice (${sending.why ?? 'no transactions'}).`}
      {abortedCopies > 0 ? (
        <span className="text-warning">
          {' '}
          {sayMany(abortedCopies, 'copy', 'copies')} of aborted batches reached the topics: groups that read
          uncommitted may have seen {abortedCopies === 1 ? 'it' : 'them'} besides.
        </span>
      ) : null}
    </p>
  )

/** When a consumed copy counts as settled. */
const QuietWords = ({ replay: { quiet } }: { readonly replay: ReplaySummary }) =>
  quiet === null ? null : (
    <p className="mt-1 text-small text-muted" data-quiet={quiet.quietMs}>
      A consumed copy is settled when it was not seen again for {formatDuration(quiet.quietMs)}: {quiet.why}.
    </p>
  )

const progressWords = (replay: ReplaySummary): string => {
  const { sent, total, ratePerSecond, rateBytesPerSecond, remainingMs, state, finishedAt, createdAt } = replay
  const base = `sent ${formatCount(sent)} of ${formatCount(total)} · ${paceWords(replay)}`
  const { canary } = replay.control
  // The waits of a canary are told by its steps: how long they take nobody knows.
  if (canary !== null && canary.open < canary.steps.length - 1 && state === 'running') return base
  if (state === 'running' && remainingMs !== null)
    return `${base} · now ${formatRate(ratePerSecond)}, ${formatBytes(rateBytesPerSecond)}/s · ${formatDuration(Math.max(1_000, remainingMs))} left`
  return finishedAt === null ? base : `${base} · took ${formatDuration(finishedAt - createdAt)}`
}

const fills: Readonly<Record<Outcome, string>> = {
  SETTLED: 'var(--ok)',
  CONSUMED: 'var(--info)',
  SENT: 'var(--line-strong)',
  RETRYING: 'var(--warning)',
  RETURNED: 'var(--critical)',
  FAILED: 'var(--critical)',
  UNKNOWN: 'var(--warning)',
  SKIPPED: 'var(--line)',
  PENDING: 'transparent',
}
const order: readonly Outcome[] = [
  'SETTLED',
  'CONSUMED',
  'RETRYING',
  'RETURNED',
  'FAILED',
  'UNKNOWN',
  'SENT',
  'SKIPPED',
  'PENDING',
]

const OutcomeBar = ({ replay }: { readonly replay: ReplaySummary }) => (
  <div
    role="progressbar"
    aria-label="Copies sent"
    aria-valuemin={0}
    aria-valuemax={replay.total}
    aria-valuenow={replay.sent}
    className="flex h-2.5 w-full overflow-hidden rounded-small border border-line"
  >
    {order.map((name) => (
      <span
        key={name}
        style={{
          width: `${(100 * replay.outcomes[name]) / Math.max(1, replay.total)}%`,
          background: fills[name],
        }}
      />
    ))}
  </div>
)
