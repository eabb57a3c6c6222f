'use client'
import { Columns3 } from 'lucide-react'
import { Popover } from 'radix-ui'
import { setPreferences, usePreferences } from '../client/preferences.ts'
import { Button } from '../ui/button.tsx'

/** Chooses which columns of a table are shown; remembered in this browser. Those in `always` can not be left out. */
export const ColumnChoice = ({
  table,
  columns,
  always,
}: {
  readonly table: string
  readonly columns: readonly { readonly id: string; readonly header: string }[]
  readonly always: readonly string[]
}) => {
  const { hiddenColumns } = usePreferences()
  const hidden = hiddenColumns[table] ?? []
  const choose = (id: string, isShown: boolean): void =>
    setPreferences({
      hiddenColumns: {
        ...hiddenColumns,
        [table]: isShown ? hidden.filter((one) => one !== id) : [...hidden, id],
      },
    })
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button>
          <Columns3 aria-hidden size={14} /> Columns
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          aria-label="Columns of the table"
          className="z-30 flex min-w-44 flex-col gap-1 rounded-base border border-line bg-raised p-2 shadow-overlay"
        >
          {columns
            .filter(({ id }) => !always.includes(id))
            .map(({ id, header }) => (
              <label key={id} className="flex items-center gap-2 rounded-base px-1 py-0.5 hover:bg-hover">
                <input
                  type="checkbox"
                  checked={!hidden.includes(id)}
                  onChange={(event) => choose(id, event.target.checked)}
                  className="size-3.5 accent-accent"
                />
                {header}
              </label>
            ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
