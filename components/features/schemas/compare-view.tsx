'use client'
import { useQuery } from '@tanstack/react-query'
import type { SchemaComparisonView } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { usePushedStates } from '../../client/use-pushed-states.ts'
import { listLinks } from '../../patterns/list-links.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SchemaSightings } from '../../patterns/schema-sightings.tsx'
import { Section } from '../../patterns/section.tsx'
import { SectionsSkeleton } from '../../patterns/sections-skeleton.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { Select } from '../../ui/select.tsx'
import { MeaningList } from './meaning-list.tsx'
import { Level, typeWords } from './schema-words.tsx'
import { compareAsk, compareSearch } from './subject-list-address.ts'
import { TextDiff } from './text-diff.tsx'

/** What differs between two versions of a subject: as meaning, for whom it breaks, and as text side by side. */
export const CompareView = ({
  connection,
  subject,
}: {
  readonly connection: string
  readonly subject: string
}) => {
  const [view, setView] = usePushedStates(compareSearch, { history: 'push' })
  const query = useQuery(
    endpointQuery(endpoints.compareSchemaVersions, compareAsk(connection, subject, view)),
  )
  const data = query.data
  return (
    <PageShell
      title="What changed in"
      name={data ? `${subject} v${data.to.version}${saySince(data)}` : subject}
      meta={
        data ? (
          <>
            <span>{typeWords[data.type]}</span>
            <span>
              compatibility <Level level={data.level} />
            </span>
          </>
        ) : null
      }
      actions={
        <>
          {data ? <Pickers data={data} onPick={(from, to) => void setView({ from, to })} /> : null}
          <LinkButton href={routes.subject(connection, subject)}>Subject</LinkButton>
        </>
      }
    >
      <QueryPanel
        query={query}
        list={listLinks.subject(connection, subject)}
        degraded={({ degraded }) => degraded}
        skeleton={
          <SectionsSkeleton
            columns="minmax(0,1fr)"
            sections={[
              [
                ['For whom it breaks', 6],
                ['Text', 14],
              ],
            ]}
          />
        }
      >
        {(detail) => <Comparison connection={connection} detail={detail} />}
      </QueryPanel>
    </PageShell>
  )
}

/** From which version on, where it is not the one before. */
const saySince = ({ from, to, versions }: SchemaComparisonView): string => {
  const before = versions.filter((version) => version < to.version).at(-1)
  return from === null || from.version === before ? '' : ` since v${from.version}`
}

const Comparison = ({
  connection,
  detail: { from, to, meaning, lines, sightings, level },
}: {
  readonly connection: string
  readonly detail: SchemaComparisonView
}) => {
  const isBreaking = meaning.backward === 'breaks' || meaning.forward === 'breaks'
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Section title="For whom it breaks" padded={false}>
        <MeaningList meaning={meaning} isCompared={from !== null} />
        {isBreaking && level.value?.level === 'NONE' ? (
          <p className="border-t border-line px-3 py-2 text-muted">
            The registry took it because the compatibility level is NONE now: it checks nothing.
          </p>
        ) : null}
      </Section>
      <Section title="Text" padded={false}>
        <TextDiff
          label="Text of both versions"
          lines={lines}
          before={
            from === null ? 'nothing' : `v${from.version} · id ${from.id}${from.deleted ? ' · deleted' : ''}`
          }
          after={`v${to.version} · id ${to.id}${to.deleted ? ' · deleted' : ''}`}
        />
      </Section>
      <Section title={`Who uses v${to.version}`} padded={false}>
        {sightings.length === 0 ? (
          <p className="px-3 py-2 text-muted">
            No sampled message carries it. Only the newest messages of each topic are looked at.
          </p>
        ) : (
          <SchemaSightings connection={connection} sightings={sightings} />
        )}
      </Section>
    </div>
  )
}

const Pickers = ({
  data: { from, to, versions },
  onPick,
}: {
  readonly data: SchemaComparisonView
  readonly onPick: (from: number | null, to: number) => void
}) => {
  if (versions.length < 2) return null
  const options = versions.toReversed().map((version) => (
    <option key={version} value={version}>
      v{version}
    </option>
  ))
  return (
    <>
      <Select
        aria-label="From version"
        value={from?.version ?? ''}
        onChange={(event) => onPick(Number(event.target.value), to.version)}
      >
        {from === null ? <option value="">nothing</option> : null}
        {options}
      </Select>
      <span className="text-muted">with</span>
      <Select
        aria-label="To version"
        value={to.version}
        onChange={(event) => onPick(from?.version ?? null, Number(event.target.value))}
      >
        {options}
      </Select>
    </>
  )
}
