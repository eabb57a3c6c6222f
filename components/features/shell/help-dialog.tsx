'use client'
import { type Command, commands } from '../../client/commands.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'

/** All keys, read from the table of commands. */
export const HelpDialog = ({
  open,
  onOpenChange,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}) => {
  const sections = Map.groupBy(Object.values<Command>(commands), ({ section }) => section)
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" className="w-[720px]">
      <div className="grid max-h-[70vh] grid-cols-2 gap-x-8 gap-y-4 overflow-y-auto p-4">
        {[...sections].map(([section, list]) => (
          <section key={section} aria-label={section}>
            <h3 className="mb-1 text-small text-muted">{section}</h3>
            <ul>
              {list.map(({ title, keys, also }) => (
                <li key={title} className="flex min-h-7 items-center justify-between gap-3">
                  <span>{title}</span>
                  <span className="flex shrink-0 gap-1">
                    {keys.split(' ').map((key, place) => (
                      <Kbd key={place}>{key}</Kbd>
                    ))}
                    {also ? (
                      <>
                        <span className="text-muted">or</span> <Kbd>{also}</Kbd>
                      </>
                    ) : null}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
