'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import dynamic from 'next/dynamic'
import type { Overview } from '#server/contracts/overview.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { Ago } from '../../patterns/ago.tsx'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, formatPerMinute, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { FreshnessStrip } from './freshness-strip.tsx'
import { TroubleList } from './trouble-line.tsx'

// Its layout is a library that the first paint does not need.
const SystemMap = dynamic(() => import('./system-map.tsx').then((module) => module.SystemMap), {
  ssr: false,
  loading: () => <div className="h-44" />,
})

/** What is wrong now, worst first; below it the map and four lines of the last hour. */
export const OverviewView = ({ connection }: { readonly connection: string }) => {
  const query = useQuery(endpointQuery(endpoints.showOverview, { params: { connection } }))
  const count = query.data?.data.troubles.length ?? 0
  const stale = query.data?.data.freshness.filter((source) => source.stale) ?? []
  return (
    <PageShell
      title="What is wrong now"
      meta={
        query.data ? (
          <>
            <span>{count === 0 ? 'Nothing found' : sayMany(count, 'problem')}</span>
            <span>
              checked <Ago at={query.data.checkedAt} />
            </span>
          </>
        ) : query.error ? (
          <span>not checked</span>
        ) : (
          <span>checking…</span>
        )
      }
    >
      {stale.length > 0 ? <FreshnessStrip stale={stale} /> : null}
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<LinesSkeleton lines={4} />}
          degraded={({ degraded }) => degraded}
        >
          {({ data, checkedAt }) =>
            data.troubles.length === 0 ? (
              stale.length === 0 ? (
                <AllWell data={data} checkedAt={checkedAt} />
              ) : (
                <p className="px-4 py-4 text-muted">
                  Nothing was found, but not all of it was checked: see above.
                </p>
              )
            ) : (
              <TroubleList troubles={data.troubles} connection={connection} />
            )
          }
        </QueryPanel>
      </div>
      {query.data ? (
        <>
          <Section title="Services and topics" aside="messages a minute, last 10 min" padded={false}>
            <SystemMap map={query.data.data.map} connection={connection} />
          </Section>
          <Sparklines sparklines={query.data.data.sparklines} />
        </>
      ) : null}
    </PageShell>
  )
}

const AllWell = ({ data, checkedAt }: { readonly data: Overview['data']; readonly checkedAt: number }) => (
  <p className="flex items-center gap-2 px-4 py-4 text-ok">
    <CircleCheck aria-hidden size={16} />
    Nothing is wrong. Checked <Ago at={checkedAt} />:{' '}
    {data.freshness.map(({ source }) => source.replaceAll('-', ' ')).join(', ')}.
  </p>
)

const titles = {
  produced: 'Produced',
  consumed: 'Consumed',
  deaths: 'Dead letters',
  lag: 'Messages waiting',
} as const

const formats: Readonly<Record<keyof typeof titles, (value: number) => string>> = {
  produced: formatPerMinute,
  consumed: formatPerMinute,
  deaths: (value) => `${formatCount(value)}/min`,
  lag: formatCount,
}

const Sparklines = ({ sparklines }: { readonly sparklines: Overview['data']['sparklines'] }) => (
  <ul className="grid grid-cols-4 gap-3 max-[1100px]:grid-cols-2" aria-label="The last hour">
    {sparklines.map(({ name, points }) => {
      const latest = points.findLast((point) => point !== null) ?? null
      return (
        <li
          key={name}
          className="flex items-end justify-between gap-3 rounded-base border border-line bg-panel px-3 py-2"
        >
          <div>
            <div className="text-small text-muted">{titles[name]}</div>
            <div className="text-lead font-strong">{latest === null ? '–' : formats[name](latest)}</div>
          </div>
          <Sparkline points={points} label={`${titles[name]} over the last hour`} width={120} height={28} />
        </li>
      )
    })}
  </ul>
)
