'use client'
import { useQuery } from '@tanstack/react-query'
import type { RegistryDetail } from '#server/contracts/schemas.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'

type Ability = {
  readonly name: string
  readonly use: string
  readonly told: string | null
  readonly why: string | null
}

const columns: readonly Column<Ability>[] = [
  { id: 'name', header: 'Call', width: '170px', cell: ({ name }) => name },
  {
    id: 'state',
    header: 'State',
    width: '110px',
    cell: ({ why }) => (
      <Status
        of="capability"
        value={why === null ? 'yes' : /does not (offer|tell)/.test(why) ? 'no' : 'unavailable'}
      />
    ),
  },
  {
    id: 'told',
    header: 'Answer, or why not',
    width: 'minmax(160px, 1fr)',
    cell: ({ told, why }) => <span title={told ?? why ?? ''}>{told ?? why}</span>,
  },
  {
    id: 'use',
    header: 'Needed for',
    width: 'minmax(160px, 1fr)',
    cell: ({ use }) => <span className="text-muted">{use}</span>,
  },
]

const abilitiesOf = ({
  subjects,
  compatibility,
  mode,
  contexts,
  types,
}: RegistryDetail): readonly Ability[] => [
  {
    name: 'Subjects',
    use: 'The list of schemas',
    told: subjects.value === null ? null : sayMany(subjects.value, 'subject'),
    why: subjects.why,
  },
  {
    name: 'Compatibility level',
    use: 'What the next version is held against',
    told: compatibility.value?.level ?? null,
    why: compatibility.why,
  },
  { name: 'Mode', use: 'Whether the registry takes changes', told: mode.value, why: mode.why },
  {
    name: 'Contexts',
    use: 'Names of the form :.context:subject',
    told: contexts.value?.join(', ') ?? null,
    why: contexts.why,
  },
  { name: 'Types', use: 'Drafts', told: types.value?.join(', ') ?? null, why: types.why },
]

/** What of the registry's API answers here. Calls that it does not offer are left out of the pages, with the reason. */
export const RegistryAbilities = ({ connection }: { readonly connection: string }) => {
  const query = useQuery(endpointQuery(endpoints.showRegistry, { params: { connection } }))
  return (
    <Section title="What the schema registry answers" padded={false}>
      <QueryPanel query={query} skeleton={<TableSkeleton rows={5} columns={columns} />}>
        {(data) => (
          <DataTable
            label="Calls of the schema registry"
            rows={abilitiesOf(data)}
            rowKey={({ name }) => name}
            columns={columns}
          />
        )}
      </QueryPanel>
    </Section>
  )
}
