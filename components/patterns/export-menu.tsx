'use client'
import { useState } from 'react'
import type { ExportMessagesQuery } from '#server/contracts/export-messages.ts'
import { beginExport, type ExportAsked, isExporting, useExports } from '../client/exports.ts'
import { Button } from '../ui/button.tsx'
import { Menu, MenuItem, MenuLine, MenuNote } from '../ui/menu.tsx'
import { formatCount } from './quantity.ts'

const forms = [
  { title: 'JSON Lines', query: { format: 'jsonl' } },
  { title: 'CSV', query: { format: 'csv' } },
  { title: 'CSV, altered where a spreadsheet would run a cell', query: { format: 'csv', safe: 'true' } },
] as const satisfies readonly { title: string; query: Partial<ExportMessagesQuery> }[]

const most = 1_000_000

/**
 * Exports what a search finds, or a topic holds, as a file: the rows that are shown, or everything that fits. The file
 * ends with the report of its scan. How far it is stands in the dock of exports.
 *
 * `<ExportMenu connection="local" topics="orders" search="key:order-1" order="newest" isolation="committed" shown={50} />`
 */
export const ExportMenu = ({
  connection,
  topics,
  search,
  order,
  isolation,
  shown,
}: {
  readonly connection: string
  /** Names separated by commas, or `*`. */
  readonly topics: string
  readonly search: string
  readonly order: 'newest' | 'oldest'
  readonly isolation: 'committed' | 'uncommitted'
  /** How many rows are shown now. */
  readonly shown: number
}) => {
  const [open, setOpen] = useState(false)
  const exports = useExports()
  const item = (limit: number, { title, query }: (typeof forms)[number]) => {
    const asked: ExportAsked = { connection, topics, search, order, isolation, limit, ...query }
    return (
      <MenuItem
        key={title}
        onSelect={() => beginExport(asked)}
        why={isExporting(exports, asked) ? 'It is being exported.' : null}
      >
        {title}
      </MenuItem>
    )
  }
  const what = search === '' ? 'Everything' : 'Everything that fits'
  const direction = order === 'newest' ? 'newest' : 'oldest'
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      label="Export messages"
      trigger={
        <Button kind="bare" size="small">
          Export…
        </Button>
      }
    >
      {shown === 0 ? null : (
        <>
          <MenuNote>
            {shown === 1 ? `The ${direction} 1` : `The ${direction} ${formatCount(shown)}`}, as many as are
            shown
          </MenuNote>
          {forms.map((form) => item(shown, form))}
          <MenuLine />
        </>
      )}
      <MenuNote>
        {what}, up to {formatCount(most)}, {direction} first
      </MenuNote>
      {forms.map((form) => item(most, form))}
      <MenuLine />
      <MenuNote>
        Nothing is lost: every digit, headers in order, bytes as base64. The last line says what was read and
        whether it is complete.
      </MenuNote>
    </Menu>
  )
}
