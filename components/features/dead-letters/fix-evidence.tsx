'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { ProblemLine } from '../../patterns/problem-line.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { FixForm } from './fix-form.tsx'
import { useChangeGroup } from './use-change-group.ts'

const tones = {
  'no-mark': 'text-warning',
  'still-dying': 'text-critical',
  'too-early': 'text-text',
  unknown: 'text-warning',
  quiet: 'text-ok',
} as const

const signs = {
  yes: [CircleCheck, 'text-ok', 'Speaks for it'],
  no: [CircleX, 'text-critical', 'Speaks against it'],
  open: [CircleHelp, 'text-muted', 'Says nothing either way'],
} as const

/** “Is it fixed?”: what speaks for and against it since the last deploy; without any, it asks for that mark. */
export const FixEvidence = ({
  connection,
  id,
  group,
}: {
  readonly connection: string
  readonly id: string
  readonly group: string | null
}) => {
  const query = useQuery(endpointQuery(endpoints.showFailureGroupEvidence, { params: { connection, id } }))
  const change = useChangeGroup(connection, id)
  return (
    <Section title="Is it fixed?" padded={false}>
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={4} />}>
        {({ fix, deploys }) => (
          <div className="p-3">
            <p className={`font-strong ${tones[fix.verdict]}`}>{fix.sentence}</p>
            {fix.mark === null ? null : (
              <p className="mt-1 text-muted">
                Last deploy: {fix.mark.text}, <Time at={fix.mark.atMs} short />, marked by {fix.mark.by}
              </p>
            )}
            <ul aria-label="Evidence" className="mt-2 flex flex-col gap-1.5">
              {fix.points.map(({ holds, text, source }) => {
                const [Icon, tone, meaning] = signs[holds === null ? 'open' : holds ? 'yes' : 'no']
                return (
                  <li key={text} className="flex gap-2">
                    <Icon aria-label={meaning} size={14} className={`mt-0.5 shrink-0 ${tone}`} />
                    <span className="min-w-0">
                      {text} <span className="text-small text-muted">({source})</span>
                    </span>
                  </li>
                )
              })}
            </ul>
            {fix.verdict === 'no-mark' ? (
              <FixForm
                service={group}
                isPending={change.isPending}
                onSet={(made) => change.mutate({ state: { state: 'fix-out', fix: made } })}
              />
            ) : null}
            <ProblemLine error={change.error} className="mt-2" />
            {deploys.length < 2 ? null : (
              <table className="mt-3 w-full text-small">
                <caption className="pb-1 text-left font-strong">Deaths by deploy</caption>
                <thead>
                  <tr className="text-left text-muted">
                    <th scope="col" className="font-normal">
                      From
                    </th>
                    <th scope="col" className="text-right font-normal">
                      Deaths
                    </th>
                    <th scope="col" className="text-right font-normal">
                      An hour
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {deploys.map(({ mark, deaths, perHour }) => (
                    <tr key={mark?.id ?? 'before'}>
                      <td className="max-w-0 truncate" title={mark?.text}>
                        {mark === null ? 'before' : mark.text}
                      </td>
                      <td className="text-right">{formatCount(deaths)}</td>
                      <td className="text-right">
                        {perHour === null ? '–' : perHour.toFixed(perHour < 10 ? 1 : 0)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        )}
      </QueryPanel>
    </Section>
  )
}
