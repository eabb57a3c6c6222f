'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleX, Info, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import type { ChangeFinding, TopicChange } from '#server/contracts/topic-changes.ts'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { ApplyPanel } from './apply-panel.tsx'

const columns = 'minmax(0,3fr) minmax(300px,2fr)'
const lookEveryMs = 1_000

/** What a change of a topic would do, or has done: steps, findings, settings before and after, who reads it. */
export const TopicChangeView = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointStill(endpoints.showTopicChange, { params: { connection, id } }),
    // A plan is of what was seen: it changes only once it is carried out.
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? lookEveryMs : false),
  })
  const change = query.data
  return (
    <PageShell
      title={change?.plan.title ?? 'Change of a topic'}
      meta={
        change ? (
          <>
            <Status of="topicChange" value={change.state} />
            <span>
              by {change.plannedBy} at <Time at={change.plannedAt} short relative />
            </span>
            {change.finishedAt === null ? null : (
              <span>
                ended at <Time at={change.finishedAt} short relative />
              </span>
            )}
          </>
        ) : null
      }
    >
      <QueryPanel
        query={query}
        list={listLinks.topics(connection)}
        skeleton={
          <SectionsSkeleton
            columns={columns}
            sections={[
              [
                ['What will happen', 3],
                ['Check', 4],
              ],
              [['Confirm', 5]],
            ]}
          />
        }
      >
        {(data) => (
          <div className="grid grid-cols-[minmax(0,3fr)_minmax(300px,2fr)] gap-3 max-[1100px]:grid-cols-1">
            <div className="flex min-w-0 flex-col gap-3">
              <Section title={data.state === 'done' ? 'What was done' : 'What will happen'}>
                {data.plan.steps.length === 0 ? (
                  <p className="text-muted">Nothing.</p>
                ) : (
                  <ol className="flex list-decimal flex-col gap-1 pl-5">
                    {data.plan.steps.map((step) => (
                      <li key={step}>{step}</li>
                    ))}
                  </ol>
                )}
              </Section>
              <Section title="Check" padded={false}>
                <Findings findings={data.plan.findings} />
              </Section>
              <Settings change={data} />
              <Readers change={data} connection={connection} />
            </div>
            <ApplyPanel change={data} connection={connection} />
          </div>
        )}
      </QueryPanel>
    </PageShell>
  )
}

const looks = {
  refused: { icon: CircleX, tone: 'text-critical', word: 'Refused' },
  warning: { icon: TriangleAlert, tone: 'text-warning', word: 'Warning' },
  fact: { icon: Info, tone: 'text-muted', word: 'Note' },
} as const

const Findings = ({ findings }: { readonly findings: readonly ChangeFinding[] }) =>
  findings.length === 0 ? (
    <p className="p-3 text-muted">Nothing speaks against it.</p>
  ) : (
    <ul className="divide-y divide-line">
      {findings.map(({ severity, code, sentence, field }) => {
        const { icon: Icon, tone, word } = looks[severity]
        return (
          <li key={`${code} ${field}`} className="flex gap-2 px-3 py-2" data-finding={severity}>
            <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${tone}`} />
            <p className="min-w-0 break-words">
              <span className={`font-strong ${tone}`}>{word}.</span> {sentence}
            </p>
          </li>
        )
      })}
    </ul>
  )

const Settings = ({ change }: { readonly change: TopicChange }) =>
  change.plan.settings.length === 0 ? null : (
    <Section title="Settings" padded={false}>
      <div className="overflow-x-auto">
        <table className="w-full border-collapse">
          <caption className="sr-only">Settings before and after</caption>
          <thead>
            <tr className="h-8 text-left text-small text-muted">
              <th scope="col" className="px-3 font-normal">
                Setting
              </th>
              <th scope="col" className="px-3 font-normal">
                Before
              </th>
              <th scope="col" className="px-3 font-normal">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {change.plan.settings.map((one) => (
              <tr key={one.name} className="border-t border-line align-top">
                <th scope="row" className="px-3 py-1.5 text-left font-normal">
                  <span className="font-mono text-small">{one.name}</span>
                  {one.explanation === null ? null : (
                    <p className="max-w-[56ch] text-small text-muted">{one.explanation}</p>
                  )}
                </th>
                <td className="px-3 py-1.5 text-muted">
                  <Value value={one.before} readable={one.beforeReadable} />
                </td>
                <td className="px-3 py-1.5">
                  <Value value={one.after} readable={one.afterReadable} />
                  {one.isDefaultAfter ? <span className="text-muted"> (default)</span> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )

const Value = ({ value, readable }: { readonly value: string | null; readonly readable: string | null }) => (
  <>
    <span className="font-mono text-small break-all">{value === null || value === '' ? '–' : value}</span>
    {readable === null ? null : <span> = {readable}</span>}
  </>
)

const Readers = ({ change, connection }: { readonly change: TopicChange; readonly connection: string }) => {
  const { readers, subjects } = change.plan
  return (
    <>
      {readers.length === 0 ? null : (
        <Section title="Who reads it">
          <ul className="flex flex-col gap-0.5">
            {readers.map(({ group, state, lagMessages }) => (
              <li key={group}>
                <Link href={routes.group(connection, group)} className="link font-mono text-small">
                  {group}
                </Link>{' '}
                <span className="text-muted">
                  {state}, lag {formatCount(lagMessages)}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {subjects.length === 0 ? null : (
        <Section title="Its schemas in the registry">
          <p className="font-mono text-small break-words">{subjects.join(', ')}</p>
        </Section>
      )}
    </>
  )
}
