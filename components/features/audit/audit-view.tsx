'use client'
import dynamic from 'next/dynamic'
import { useQueryStates } from 'nuqs'
import { downloadAddresses } from '#server/contracts/addresses.ts'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { AuditEntry, AuditList } from '#server/contracts/audit.ts'
import { download } from '../../client/download.ts'
import { endpoints } from '../../client/endpoints.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { auditAsk, auditFilterOf, auditSearch } from './audit-address.ts'
import { auditColumns } from './audit-columns.tsx'
import { AuditFilter } from './audit-filter.tsx'
import { ChainState } from './chain-state.tsx'

// Loaded when the first entry is looked at: the page opens without it.
const AuditPanel = dynamic(() => import('./audit-panel.tsx').then((module) => module.AuditPanel), {
  ssr: false,
})

const rowsIn = {
  read: ({ entries }: AuditList) => entries,
  write: (page: AuditList, entries: readonly AuditEntry[]): AuditList => ({ ...page, entries: [...entries] }),
}

/** Who did what and why, newest first, and whether all of it is as it was written. */
export const AuditView = ({ connection }: { readonly connection: string }) => {
  const [view, setView] = useQueryStates(auditSearch)
  const growing = useGrowingList({
    endpoint: endpoints.listAudit,
    input: auditAsk(view),
    rowsIn,
    keyOf: ({ id }: AuditEntry) => id,
  })
  const { panel, newest, rows } = growing
  const filter = auditFilterOf(view)
  const isFiltered = Object.keys(filter).length > 0
  return (
    <PageShell
      title="Audit"
      meta={<span>Entries are never changed.</span>}
      actions={
        <Button onClick={() => download(apiAddress(downloadAddresses.exportAudit.path, {}, filter))}>
          {isFiltered ? 'Export what is shown' : 'Export all entries'}
        </Button>
      }
    >
      <ChainState connection={connection} />
      <AuditFilter view={view} actions={newest?.actions ?? []} onChange={(change) => void setView(change)} />
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <GrowingList {...growing} more="Older entries">
          <QueryPanel
            query={panel}
            skeleton={<TableSkeleton rows={10} columns={auditColumns} />}
            isEmpty={() => rows.length === 0}
            empty={{
              title: 'Nothing has been changed yet',
              text: 'Replays, changes of topics and schemas, marks and changes of state are recorded here with who did them, and why.',
            }}
            onClearFilter={
              isFiltered ? () => void setView({ who: '', action: '', target: '', minutes: 0 }) : undefined
            }
            filtered={{
              title: 'No entry fits',
              text: 'There are entries, but none of them fits who, what, to what and when.',
              clear: 'Clear filter',
            }}
          >
            {() => (
              <DataTable
                label="Audit entries"
                columns={auditColumns}
                rows={rows}
                rowKey={({ id }) => id}
                looked={view.entry}
                onLook={(id) => void setView({ entry: id })}
              />
            )}
          </QueryPanel>
        </GrowingList>
      </div>
      {view.entry === null ? null : (
        <AuditPanel connection={connection} id={view.entry} onClose={() => void setView({ entry: null })} />
      )}
    </PageShell>
  )
}
