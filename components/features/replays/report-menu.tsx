'use client'
import { useState } from 'react'
import { downloadAddresses } from '#server/contracts/addresses.ts'
import { apiAddress } from '#server/contracts/api-address.ts'
import { replayReportForms } from '#server/contracts/choices.ts'
import { download } from '../../client/download.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote } from '../../ui/menu.tsx'

const titles = { md: 'Markdown, for people', json: 'JSON, lossless' } as const

/** Downloads the report of a replay as it stands now. */
export const ReportMenu = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const [open, setOpen] = useState(false)
  const { path } = downloadAddresses.reportReplay
  return (
    <Menu open={open} onOpenChange={setOpen} label="Report of this replay" trigger={<Button>Report…</Button>}>
      <MenuNote>For the record: selection, plan, who, why, every outcome with its proof</MenuNote>
      {replayReportForms.map((format) => (
        <MenuItem
          key={format}
          onSelect={() => download(apiAddress(path, { connection, id }, { format, base: location.origin }))}
        >
          {titles[format]}
        </MenuItem>
      ))}
    </Menu>
  )
}
