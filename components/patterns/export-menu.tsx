'use client'
import { useState } from 'react'
import { downloadAddresses } from '#server/contracts/addresses.ts'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { ExportMessagesQuery } from '#server/contracts/export-messages.ts'
import { Button } from '../ui/button.tsx'
import { Menu, MenuItem, MenuLine, MenuNote } from '../ui/menu.tsx'
import { formatCount } from './quantity.ts'

const forms = [
  { title: 'JSON Lines', query: { format: 'jsonl' } },
  { title: 'CSV', query: { format: 'csv' } },
  { title: 'CSV, altered where a spreadsheet would run a cell', query: { format: 'csv', safe: 'true' } },
] as const satisfies readonly { title: string; query: Partial<ExportMessagesQuery> }[]

const most = 1_000_000

/** Begins a download by the browser itself: it goes on beside the page, and ends there when it is cancelled. */
const begin = (address: string): void => {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}

/**
 * Exports what a search finds, or a topic holds, as a file: the rows that are shown, or everything that fits. The file
 * ends with the report of its scan.
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
  const run = (limit: number, form: (typeof forms)[number]): void =>
    begin(
      apiAddress(
        downloadAddresses.exportMessages.path,
        { connection },
        { topics, search, order, isolation, limit, ...form.query },
      ),
    )
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
          {forms.map((form) => (
            <MenuItem key={form.title} onSelect={() => run(shown, form)}>
              {form.title}
            </MenuItem>
          ))}
          <MenuLine />
        </>
      )}
      <MenuNote>
        {what}, up to {formatCount(most)}, {direction} first
      </MenuNote>
      {forms.map((form) => (
        <MenuItem key={form.title} onSelect={() => run(most, form)}>
          {form.title}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuNote>
        Nothing is lost: every digit, headers in order, bytes as base64. The last line says what was read and
        whether it is complete.
      </MenuNote>
    </Menu>
  )
}
