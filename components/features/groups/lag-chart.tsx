'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { Ago } from '../../patterns/ago.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { serviceColour } from '../../patterns/service-colour.ts'
import { lagChartAsk } from './lag-chart-ask.ts'
import { prepareLagChart } from './prepare-lag-chart.ts'

const TimeChart = dynamic(() => import('../../patterns/time-chart.tsx').then((module) => module.TimeChart), {
  ssr: false,
  loading: () => <div className="h-56" />,
})

/** Lag of a group over the last hour, one line a topic, with marks. */
export const LagChart = ({ connection, group }: { readonly connection: string; readonly group: string }) => {
  const query = useQuery(endpointQuery(endpoints.showLagHistory, lagChartAsk(connection, group)))
  return (
    <Section
      title="Lag, last hour"
      aside={
        query.data ? (
          <span>
            sampled <Ago at={query.data.sampledAt} />
          </span>
        ) : null
      }
      padded={false}
    >
      <QueryPanel
        query={query}
        skeleton={<div className="h-56" />}
        isEmpty={({ series }) => series.every(({ points }) => points.length === 0)}
        empty={{
          title: 'No samples yet',
          text: 'The worker samples every five seconds. The line begins with its second sample.',
        }}
      >
        {(history) => {
          const { points, topics, from, to } = prepareLagChart(history)
          return (
            <div className="pt-1 pr-2">
              <TimeChart
                label={`Lag of ${group} over the last hour`}
                series={topics.map((topic) => ({ id: topic, name: topic, colour: serviceColour(topic) }))}
                points={points}
                marks={history.marks}
                from={from}
                to={to}
                format={formatCount}
              />
              {topics.length > 1 ? (
                <ul className="flex flex-wrap gap-x-4 px-4 pb-2 text-small text-muted">
                  {topics.map((topic) => (
                    <li key={topic} className="flex items-center gap-1.5">
                      <span aria-hidden className="h-0.5 w-3" style={{ background: serviceColour(topic) }} />
                      {topic}
                    </li>
                  ))}
                </ul>
              ) : null}
            </div>
          )
        }}
      </QueryPanel>
    </Section>
  )
}
