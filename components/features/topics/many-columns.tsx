import Link from 'next/link'
import type { MessageRow } from '#server/contracts/messages.ts'
import { routes } from '../../client/routes.ts'
import { rowKeyOf } from '../../client/search-state.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatDuration } from '../../patterns/quantity.ts'
import { gapsOf } from './gaps.ts'
import { messageColumns } from './message-columns.tsx'

const shared = ['partition', 'offset', 'key', 'value', 'trace', 'actions']

/**
 * Columns of messages of several topics as one timeline: each with its topic, and how long after the one before it
 * came; of null, as they arrive, without.
 */
export const manyColumns = (
  connection: string,
  rows: readonly MessageRow[] | null,
): readonly Column<MessageRow>[] => {
  const gaps = gapsOf(rows ?? [])
  const own = messageColumns(connection)
  const pick = (id: string): Column<MessageRow>[] => own.filter((column) => column.id === id)
  const gap: Column<MessageRow> = {
    id: 'gap',
    header: 'After',
    width: '84px',
    isSecondary: true,
    align: 'right',
    cell: (row) => {
      const gap = gaps.get(rowKeyOf(row))
      return gap === undefined ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="text-muted" title="So long after the message that comes before it in time">
          +{formatDuration(gap)}
        </span>
      )
    },
  }
  return [
    ...pick('time'),
    ...(rows === null ? [] : [gap]),
    {
      id: 'topic',
      header: 'Topic',
      width: 'minmax(96px, 1fr)',
      mono: true,
      cell: ({ topic }) => (
        <Link href={routes.topic(connection, topic)} className="link" title={topic}>
          {topic}
        </Link>
      ),
    },
    ...shared.flatMap(pick),
  ]
}
