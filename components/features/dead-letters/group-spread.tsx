'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { FailureGroupEvidence } from '#server/contracts/failure-group-evidence.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { Time } from '../../patterns/time.tsx'

/** How the letters of a failure group differ: by time, key, partition, version and message. */
export const GroupSpread = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery(endpointQuery(endpoints.showFailureGroupEvidence, { params: { connection, id } }))
  return (
    <Section
      title="How its letters differ"
      padded={false}
      aside={query.data ? <>of the newest {formatCount(query.data.lookedAt)}</> : null}
    >
      <QueryPanel
        query={query}
        skeleton={<LinesSkeleton lines={6} />}
        isEmpty={({ lookedAt }) => lookedAt === 0}
        empty={{
          title: 'No letter of this group is indexed any more',
          text: 'Its topic was deleted, or made anew.',
        }}
      >
        {(data) => <Spread data={data} connection={connection} />}
      </QueryPanel>
    </Section>
  )
}

const Spread = ({
  data,
  connection,
}: {
  readonly data: FailureGroupEvidence
  readonly connection: string
}) => {
  const { times, keys, partitions, versions, samples, services, lookedAt } = data
  return (
    <div className="flex flex-col gap-3 p-3">
      <div>
        <Sparkline
          points={times.map(({ count }) => count)}
          label={`Deaths over time, ${sayMany(lookedAt, 'letter')}`}
          width={600}
          height={48}
          bars
          isWide
        />
        <p className="flex justify-between text-small text-muted">
          <Time at={times[0]?.fromMs ?? null} short /> <Time at={times.at(-1)?.untilMs ?? null} short />
        </p>
      </div>
      <div className="grid grid-cols-3 gap-4 max-[900px]:grid-cols-1">
        <Counts
          title={`Keys: ${formatCount(keys.distinct)} affected`}
          rows={keys.top.map(({ key, count }) => [key, count])}
          total={keys.distinct}
          of={lookedAt}
          none={keys.without > 0 ? 'Its letters have no key.' : 'No key is known.'}
        />
        <Counts
          title="Origin partitions"
          rows={partitions.map(({ partition, count }) => [String(partition), count])}
          of={lookedAt}
          none="Its headers name no partition."
        />
        <Counts
          title="Version headers"
          rows={versions.map(({ header, value, count }) => [`${header}: ${value}`, count])}
          of={lookedAt}
          none={`No header of ${sayMany(lookedAt, 'letter')} names a version.`}
        />
      </div>
      {services.length === 0 ? null : (
        <p className="text-muted">
          Services in their traces: <span className="text-text">{services.join(', ')}</span>
        </p>
      )}
      <div>
        <h3 className="font-strong">Samples that differ</h3>
        <ul className="mt-1 flex flex-col">
          {samples.map(({ letterId, message, keyText, diedAt, count }) => (
            <li key={letterId} className="flex min-w-0 items-baseline gap-3 border-t border-line py-1">
              <span className="w-12 shrink-0 text-right text-muted">{formatCount(count)}</span>
              <Link
                href={routes.deadLetter(connection, letterId)}
                className="link min-w-0 flex-1 truncate"
                title={message ?? undefined}
              >
                {message ?? 'no message'}
              </Link>
              <span className="max-w-40 shrink-0 truncate font-mono text-small text-muted">
                {keyText ?? 'no key'}
              </span>
              <span className="shrink-0 text-small text-muted">
                <Time at={diedAt} compact />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

const shownRows = 6

const Counts = ({
  title,
  rows,
  total = rows.length,
  of,
  none,
}: {
  readonly title: string
  readonly rows: readonly (readonly [name: string, count: number])[]
  /** How many there are, where `rows` are the first of them. */
  readonly total?: number
  /** All that were counted, which a whole bar stands for. */
  readonly of: number
  readonly none: string
}) => {
  const shown = [...rows].sort((a, b) => b[1] - a[1]).slice(0, shownRows)
  return (
    <div className="min-w-0">
      <h3 className="font-strong">{title}</h3>
      {shown.length === 0 ? (
        <p className="mt-1 text-muted">{none}</p>
      ) : (
        <ul className="mt-1 flex flex-col gap-1">
          {shown.map(([name, count]) => (
            <li key={name}>
              <div className="flex justify-between gap-2 text-small">
                <span className="min-w-0 truncate font-mono" title={name}>
                  {name}
                </span>
                <span className="text-muted">{formatCount(count)}</span>
              </div>
              <div aria-hidden className="h-1 rounded-full bg-hover">
                <div
                  className="h-1 rounded-full bg-accent"
                  style={{ width: `${(100 * count) / Math.max(1, of)}%` }}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {total > shown.length ? (
        <p className="mt-1 text-small text-muted">and {formatCount(total - shown.length)} more</p>
      ) : null}
    </div>
  )
}
