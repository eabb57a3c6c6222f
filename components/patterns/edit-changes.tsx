'use client'
import dynamic from 'next/dynamic'
import type { EditChanges } from '#server/contracts/letter-edits.ts'
import { HeaderChangeTable } from './header-change-table.tsx'
import { formatCount } from './quantity.ts'

const CompareSides = dynamic(() => import('./payload/diff-view.tsx').then((module) => module.CompareSides))

const titles = { key: 'Key', value: 'Value' } as const
const words = { changed: 'changed', added: 'added', lost: 'removed' } as const
/** What an edit changes of a dead letter: its sides field by field, and its headers. */
export const EditChangesView = ({
  changes,
  connection,
  topic,
  position,
}: {
  readonly changes: EditChanges
  readonly connection: string
  readonly topic: string
  readonly position: string
}) => {
  const { headers, sameHeaders } = changes
  return (
    <div className="divide-y divide-line">
      {(['key', 'value'] as const).map((name) => {
        const side = changes[name]
        const source = { connection, topic, position, side: name }
        return (
          <div key={name}>
            <h3 className="px-3 py-1.5 text-small text-muted">
              {titles[name]}: {side === null ? 'the same bytes' : 'edited'}
            </h3>
            {side === null ? null : side.before === null ? (
              <pre
                tabIndex={0}
                role="group"
                aria-label={`${titles[name]} of the copy`}
                className="max-h-60 overflow-auto px-3 pb-2 font-mono text-small break-all whitespace-pre-wrap"
              >
                {side.after.text ?? 'null'}
              </pre>
            ) : (
              <CompareSides
                before={{ side: side.before, source }}
                now={{ side: side.after, source }}
                label={titles[name]}
                wasNull={`The ${name} was null.`}
              />
            )}
          </div>
        )
      })}
      <div>
        <h3 className="px-3 py-1.5 text-small text-muted">
          Headers:{' '}
          {sameHeaders === null
            ? 'as they are sent; the dead letter is not in its topic any more'
            : `${formatCount(sameHeaders)} the same, ${formatCount(headers.length)} not`}
        </h3>
        <HeaderChangeTable changes={headers} titles={['In the dead letter', 'In the copy']} words={words} />
      </div>
    </div>
  )
}
