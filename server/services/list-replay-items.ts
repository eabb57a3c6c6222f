import type { z } from 'zod'
import type { ReplayItem, replayItemList, replayItemQuery } from '#server/contracts/replays.ts'
import type { ConnectionId } from '#server/contracts/scalars.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { type ItemRecord, listItems } from '#server/repositories/replay-items.ts'
import { findReplay } from '#server/repositories/replays.ts'
import { type ReturnLetter, readReturnLetters } from '#server/repositories/returned-copies.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'

/** An item as the API answers it. */
export const presentItem = (
  item: ItemRecord,
  returned: ReturnLetter | undefined,
  isWaiting: boolean,
): ReplayItem => ({
  id: item.id.toString(),
  letterId: item.letterId.toString(),
  ...(isWaiting ? { isWaiting } : {}),
  source: {
    topic: item.sourceTopic as ReplayItem['source']['topic'],
    position: formatPosition(item.sourcePartition, item.sourceOffset),
  },
  keyText: item.keyText,
  target: {
    topic: item.targetTopic as ReplayItem['target']['topic'],
    position:
      item.targetPartition === null || item.targetOffset === null
        ? null
        : formatPosition(item.targetPartition, item.targetOffset),
  },
  outcome: item.outcome,
  proof: item.proof,
  sentAt: item.sentAtMs,
  traceId: item.traceId as ReplayItem['traceId'],
  returnedAs: returned
    ? {
        letterId: returned.letterId.toString(),
        failureGroupId: returned.failureGroupId,
        traceId: returned.traceId as ReplayItem['traceId'],
        connection: returned.connectionId as ConnectionId,
      }
    : null,
  copyTraceId: (item.sentAtMs === null ? null : item.copyTraceId) as ReplayItem['traceId'],
})

/** Items whose copies died again. */
export const idsOfReturned = (items: readonly ItemRecord[]): bigint[] =>
  items.flatMap(({ id, outcome }) => (outcome === 'RETURNED' ? id : []))

/** Items of a replay in the order of sending, with outcome and proof. */
export const listReplayItems = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof replayItemQuery> & { readonly replayId: string },
  _call: Call,
): Promise<Result<z.input<typeof replayItemList>, Fault>> => {
  if (query.cursor !== undefined && !/^\d{1,9}$/.test(query.cursor))
    return invalid(`cursor: ${query.cursor} is not one that this list has given out.`)
  const found = await findReplay(deps.db, connection.id, query.replayId)
  if (!found) return notFound(`There is no replay ${query.replayId} on ${connection.name}.`)
  const after = query.cursor === undefined ? -1 : Number(query.cursor)
  const filter = { outcome: query.outcome, returnedAs: query.returnedAs, after, limit: query.limit + 1 }
  const items = await listItems(deps.db, found.id, filter)
  const page = items.slice(0, query.limit)
  const returned = await readReturnLetters(deps.db, idsOfReturned(page))
  return succeed({
    items: page.map((item) => presentItem(item, returned.get(item.id), found.plan.requeue !== undefined)),
    nextCursor: items.length > query.limit ? String(page.at(-1)?.seq ?? 0) : null,
  })
}
