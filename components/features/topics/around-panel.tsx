'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import { endpointStill } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Button } from '../../ui/button.tsx'
import { LazyMessagePanel } from './lazy-message-panel.tsx'
import { messageColumns } from './message-columns.tsx'

/** The messages of a topic around a position or a time that the address names, with the one at that place looked at. */
export const AroundPanel = ({
  connection,
  topic,
  at,
  onGo,
}: {
  readonly connection: string
  readonly topic: string
  readonly at: string
  /** To another place; null: back to the newest. */
  readonly onGo: (at: string | null) => void
}) => {
  const [message, setMessage] = useQueryState('message', parseAsString)
  const query = useQuery(
    endpointStill(endpoints.listAround, { params: { connection, topic }, query: { at } }),
  )
  const go = (next: string | null): void => {
    void setMessage(null)
    onGo(next)
  }
  return (
    <>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={14} columns={messageColumns(connection)} />}
          isEmpty={({ rows, note }) => rows.length === 0 && note === null}
          empty={{
            title: 'This topic is empty',
            text: 'No message has been produced yet, or retention has deleted them all.',
            action: <Button onClick={() => go(null)}>Show the newest messages</Button>,
          }}
          list={{ href: routes.topic(connection, topic), title: 'Newest messages of the topic' }}
        >
          {({ rows, holds, note, nearest }) => (
            <>
              <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1 text-small text-muted">
                <span>
                  Around <span className="font-mono text-text">{at}</span>
                  {holds === null || holds.start === holds.end
                    ? ''
                    : ` · partition ${holds.partition} holds offsets ${formatCount(holds.start)} to ${formatCount(String(BigInt(holds.end) - 1n))}`}
                </span>
                <span className="ml-auto flex items-center gap-1">
                  <Button
                    kind="bare"
                    size="small"
                    disabled={rows.length < 2}
                    onClick={() => go(rows.at(-1)?.position ?? null)}
                  >
                    Further back
                  </Button>
                  <Button
                    kind="bare"
                    size="small"
                    disabled={rows.length < 2}
                    onClick={() => go(rows[0]?.position ?? null)}
                  >
                    Further on
                  </Button>
                  <Button kind="bare" size="small" onClick={() => go(null)}>
                    Newest
                  </Button>
                </span>
              </div>
              {note === null ? null : (
                <div
                  role="status"
                  className="flex flex-wrap items-center gap-2 border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning"
                >
                  <span>{note}</span>
                  {nearest.before === null ? null : (
                    <Button size="small" onClick={() => go(nearest.before)}>
                      Nearest before: {nearest.before}
                    </Button>
                  )}
                  {nearest.after === null ? null : (
                    <Button size="small" onClick={() => go(nearest.after)}>
                      Nearest after: {nearest.after}
                    </Button>
                  )}
                </div>
              )}
              <DataTable
                label={`Messages around ${at}, newest first`}
                columns={messageColumns(connection)}
                rows={rows}
                rowKey={({ position }) => position}
                rowHref={({ position }) => routes.message(connection, topic, position)}
                looked={message ?? query.data?.looked ?? null}
                onLook={(position) => void setMessage(position)}
              />
            </>
          )}
        </QueryPanel>
      </div>
      {message === null ? null : (
        <LazyMessagePanel
          connection={connection}
          topic={topic}
          position={message}
          onGo={(position) => void setMessage(position)}
          onClose={() => void setMessage(null)}
        />
      )}
    </>
  )
}
