import type { z } from 'zod'
import { messageStreamQuery, type SearchFrame, searchFrame } from '#server/contracts/message-stream.ts'
import type { MessageRow } from '#server/contracts/messages.ts'
import { inOrderOf } from '#server/domain/message-order.ts'
import type { Connection, Deps } from './deps.ts'
import { searchMessages } from './search-messages.ts'

type Found = {
  /** In the order of the search, also those beyond its limit that came on the way. */
  readonly rows: readonly MessageRow[]
  readonly done: Extract<SearchFrame, { type: 'done' }>
}

const placeOf = ({ topic, partition, offset, timestampMs }: MessageRow) => ({
  topic,
  partition,
  offset: BigInt(offset),
  timestampMs: BigInt(timestampMs ?? -1),
})

/** A search read to its end, with every frame held against its contract. Throws what the search could not do. */
export const searchWhole = async (
  [deps, connection]: readonly [Deps, Connection],
  asked: z.input<typeof messageStreamQuery>,
): Promise<Found> => {
  const query = messageStreamQuery.parse(asked)
  const opened = await searchMessages(deps, connection, query, { signal: AbortSignal.timeout(30_000) })
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`)
  const rows: MessageRow[] = []
  const compare = inOrderOf(query.order)
  for await (const frame of opened.value) {
    searchFrame.parse(frame)
    if (frame.type === 'rows') rows.push(...frame.rows)
    if (frame.type === 'error') throw new Error(frame.problem.detail)
    if (frame.type === 'done')
      return { rows: rows.sort((a, b) => compare(placeOf(a), placeOf(b))), done: frame }
  }
  throw new Error('the search ended without a report')
}
