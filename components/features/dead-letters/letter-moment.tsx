'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import type { LagAtDeath, SideSchema } from '#server/contracts/letter-moment.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { serviceColour } from '../../patterns/service-colour.ts'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

const TimeChart = dynamic(() => import('../../patterns/time-chart.tsx').then((module) => module.TimeChart), {
  ssr: false,
  loading: () => <div className="h-56" />,
})

/** How things stood when a letter died, and now: the lag of its group, the schemas of the message. */
export const LetterMoment = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const query = useQuery({
    ...endpointQuery(endpoints.showLetterMoment, { params: { connection, id } }),
    refetchInterval: false,
    staleTime: 60_000,
  })
  return (
    <Section title="When it died, and now" padded={false}>
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={8} />} degraded={({ degraded }) => degraded}>
        {({ diedAt, lag, schemas, noSchema }) => (
          <>
            <Lag lag={lag} diedAt={diedAt} connection={connection} />
            <div className="border-t border-line">
              {schemas.map((schema) => (
                <Schema key={schema.side} schema={schema} connection={connection} />
              ))}
              {noSchema === null ? null : <p className="px-3 py-2 text-muted">{noSchema}</p>}
            </div>
          </>
        )}
      </QueryPanel>
    </Section>
  )
}

const Lag = ({
  lag,
  diedAt,
  connection,
}: {
  readonly lag: LagAtDeath
  readonly diedAt: number
  readonly connection: string
}) => {
  if (lag.state === 'none')
    return (
      <p className="px-3 py-2 text-muted">
        Lag at its death is not known. <TimedText text={lag.why} />
      </p>
    )
  const points = lag.points.map(({ atMs, lagMessages }) => ({ at: atMs, lag: lagMessages }))
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 px-3 py-1.5">
        <LinkButton size="small" href={routes.group(connection, lag.group)}>
          {lag.group}
        </LinkButton>
        <span>
          was <span className="font-strong tabular-nums">{sayMany(lag.lagMessages, 'message')}</span> behind
          on {lag.topic}, {lag.groupState}, {sayMany(lag.members, 'member')}
        </span>
        <span className="text-small text-muted">
          sample of <Time at={lag.sampledAt} />
        </span>
      </p>
      <div className="pr-2">
        <TimeChart
          label={`Lag of ${lag.group} on ${lag.topic}, half an hour around the death`}
          series={[{ id: 'lag', name: lag.topic, colour: serviceColour(lag.topic) }]}
          points={points}
          marks={[{ id: 'death', atMs: diedAt, text: 'died' }]}
          from={points[0]?.at ?? diedAt}
          to={points.at(-1)?.at ?? diedAt}
          format={formatCount}
        />
      </div>
    </>
  )
}

const registrations = {
  yes: { words: 'still registered', colour: 'text-ok' },
  deleted: { words: 'deleted from its subject since', colour: 'text-warning' },
  gone: { words: 'not known to the registry any more', colour: 'text-critical' },
  unknown: { words: 'not known whether it is registered', colour: 'text-muted' },
} as const satisfies Record<SideSchema['registered'], unknown>

const Schema = ({ schema, connection }: { readonly schema: SideSchema; readonly connection: string }) => {
  const { side, id, guid, subject, version, registered, decodes, problem, latestVersion } = schema
  const isBehind = version !== null && latestVersion !== null && latestVersion > version
  const now = registrations[registered]
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 px-3 py-1.5">
      <span>Then: {side} written with</span>
      {id === null ? (
        <span className="font-mono text-small">{guid}</span>
      ) : (
        <LinkButton size="small" href={routes.schemaId(connection, id)}>
          schema {id}
        </LinkButton>
      )}
      {subject === null ? null : (
        <span className="min-w-0 font-mono text-small break-all">
          {subject}
          {version === null ? '' : ` v${version}`}
        </span>
      )}
      <span>
        Now: <span className={now.colour}>{now.words}</span>
        {decodes === null ? null : decodes ? (
          <span className="text-ok">, it decodes</span>
        ) : (
          <span className="text-critical">, it does not decode{problem === null ? '' : `: ${problem}`}</span>
        )}
        {latestVersion === null || version === null
          ? null
          : isBehind
            ? `, latest is v${latestVersion}`
            : ', it is the latest version'}
      </span>
      {isBehind && subject !== null ? (
        <LinkButton
          size="small"
          href={routes.compareSchemas(connection, subject, {
            from: String(version),
            to: String(latestVersion),
          })}
        >
          What changed since
        </LinkButton>
      ) : null}
    </div>
  )
}
