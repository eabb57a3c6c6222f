'use client'
import { useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { useState } from 'react'
import type { SubjectList } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { emptyPage, Pager } from '../../patterns/pager.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { SampleNow } from '../../patterns/sample-now.tsx'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { DriftTable } from './drift-table.tsx'
import { LevelDialog } from './level-dialog.tsx'
import { Level, SampleAge } from './schema-words.tsx'
import { subjectColumns } from './subject-columns.tsx'
import { pageRows, subjectListAsk, subjectListSearch } from './subject-list-address.ts'

/** All subjects of the registry, filtered and paged on the server; below them how messages depart from their contracts. */
export const SubjectsView = ({ connection }: { readonly connection: string }) => {
  const [view, setView] = useQueryStates(subjectListSearch)
  const { q, deleted, offset } = view
  const query = useQuery(endpointQuery(endpoints.listSubjects, subjectListAsk(connection, view)))
  const data = query.data?.data
  const total = data?.total ?? 0
  const [isSetting, setIsSetting] = useState(false)
  return (
    <PageShell
      title="Schemas"
      meta={
        data ? (
          <>
            <span>
              {formatCount(total)} of {sayMany(data.unfilteredTotal, 'subject')}
            </span>
            <span>
              all: <Level level={data.compatibility} />
            </span>
          </>
        ) : null
      }
      actions={
        <>
          <Button onClick={() => setIsSetting(true)} disabled={data === undefined}>
            Compatibility of all…
          </Button>
          <LinkButton href={routes.schemaDraft(connection)}>New subject…</LinkButton>
        </>
      }
    >
      <div className="flex items-center gap-3">
        <Input
          data-filter
          aria-label="Filter subjects by name"
          placeholder="Filter by name  /"
          value={q}
          onChange={(event) => void setView({ q: event.target.value, offset: 0 })}
          className="w-72"
        />
        <label className="flex items-center gap-1.5 text-muted">
          <input
            type="checkbox"
            checked={deleted}
            onChange={(event) => void setView({ deleted: event.target.checked, offset: 0 })}
            className="size-3.5 accent-accent"
          />
          Also softly deleted
        </label>
      </div>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={8} columns={subjectColumns(connection)} />}
          isEmpty={({ data: { subjects } }) => subjects.length === 0}
          empty={{
            title: 'The registry has no subjects',
            text: 'A subject appears when a producer or a pipeline registers its first schema, or when one is registered here.',
            action: <LinkButton href={routes.schemaDraft(connection)}>Register the first schema…</LinkButton>,
          }}
          {...emptyPage(
            { offset, total },
            {
              onFirst: () => void setView({ offset: 0 }),
              onClear: q === '' ? undefined : () => void setView({ q: '', offset: 0 }),
            },
          )}
          degraded={({ degraded }) => degraded}
        >
          {({ data: { subjects, sample } }) => (
            <DataTable
              label="Subjects"
              columns={subjectColumns(connection, sample.topics > 0)}
              rows={subjects}
              rowKey={({ subject }) => subject}
              rowHref={({ subject }) => routes.subject(connection, subject)}
            />
          )}
        </QueryPanel>
      </div>
      <Pager
        offset={offset}
        total={total}
        pageRows={pageRows}
        onMove={(next) => void setView({ offset: next })}
      />
      {data ? <Drift connection={connection} data={data} /> : null}
      {isSetting && data ? (
        <LevelDialog
          connection={connection}
          subject={null}
          level={data.compatibility}
          onClose={() => setIsSetting(false)}
        />
      ) : null}
    </PageShell>
  )
}

const Drift = ({ connection, data }: { readonly connection: string; readonly data: SubjectList['data'] }) => {
  const without = data.drifts.filter(({ kind }) => kind === 'without-schema')
  const others = data.drifts.filter(({ kind }) => kind !== 'without-schema')
  return (
    <>
      <Section
        title="Messages that depart from their contract"
        padded={false}
        aside={<SampleNow connection={connection} />}
      >
        <p
          className={`px-3 py-1.5 text-small text-muted ${data.sample.topics === 0 ? '' : 'border-b border-line'}`}
        >
          <SampleAge sample={data.sample} />
        </p>
        {data.sample.topics === 0 ? null : others.length === 0 ? (
          <p className="px-3 py-3 text-muted">
            Every sampled message decodes by the schema it names, and the latest version can read it.
          </p>
        ) : (
          <DriftTable
            label="Messages that depart from their contract"
            connection={connection}
            drifts={others}
            total={data.driftTotals.departing}
          />
        )}
      </Section>
      {without.length === 0 ? null : (
        <Section title={`Topics without a schema (${data.driftTotals.withoutSchema})`} padded={false}>
          <DriftTable
            label="Topics without a schema"
            connection={connection}
            drifts={without}
            total={data.driftTotals.withoutSchema}
          />
        </Section>
      )}
    </>
  )
}
