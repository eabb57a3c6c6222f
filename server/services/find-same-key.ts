import type { z } from 'zod'
import type { NearMessage, nearMessageQuery } from '#server/contracts/near-message.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { type Call, nearBudget } from '#server/ports/call.ts'
import { parsePosition } from '#server/ports/raw-message.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'
import { readBounds } from './read-bounds.ts'
import { reportScan } from './report-scan.ts'

type Place = { readonly topic: TopicName; readonly position: Position }
type Query = z.output<typeof nearMessageQuery>

/**
 * The next or previous message of the same key: nearest by offset in the same partition, whose key has the same bytes.
 * A null key is `invalid-request`. With nothing found, the scan says whether there is none (`end`) or the budget was
 * spent, and `goOnFrom` is where to go on.
 */
export const findSameKey = async (
  deps: Deps,
  connection: Connection,
  { topic, position, ...query }: Place & Query,
  call: Call,
): Promise<Result<NearMessage, Fault>> => {
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const { partition, offset } = parsePosition(position)
  const read = await reader.readAt(topic, partition, offset, call)
  if (!read.ok) return fail(faultOf(read.error))
  const { key } = read.value
  if (key === null)
    return invalid(
      `The message at ${position} has no key (null), so there is no other of the same key. Step through the partition by position instead.`,
    )
  return findNear(deps, connection, { topic, position, ...query }, key, call)
}

/**
 * The message right before or after a position in its partition, whatever its key; offsets that compaction, retention or
 * transactions have emptied are passed over. Nothing needs to be at the position itself.
 */
export const findNeighbour = (
  deps: Deps,
  connection: Connection,
  place: Place & Query,
  call: Call,
): Promise<Result<NearMessage, Fault>> => findNear(deps, connection, place, null, call)

/** `key`: the bytes of the one that is wanted; null for any message. */
const findNear = async (
  deps: Deps,
  connection: Connection,
  { topic, position, direction, from }: Place & Query,
  key: Uint8Array | null,
  call: Call,
): Promise<Result<NearMessage, Fault>> => {
  const startedAt = performance.now()
  const { partition, offset } = parsePosition(position)
  const bounds = await readBounds(connection, topic, partition, call)
  if (!bounds.ok) return bounds
  const start = from === undefined ? offset : BigInt(from)
  const place = { connection: connection.id, topic, partition }
  const walked = await deps.scanner.walk(
    {
      ...place,
      from: start,
      direction,
      bounds: bounds.value,
      key: key && new Uint8Array(key),
      budget: nearBudget,
    },
    call,
  )
  if (!walked.ok) return fail(faultOf(walked.error))
  const { found, stop, goOnFrom, ...read } = walked.value
  return succeed({
    message: found === null ? null : await describeMessage(found, connection, call),
    scan: { ...reportScan({ partitions: 1, ...read }, { startedAt, budget: nearBudget }), stop },
    goOnFrom: goOnFrom?.toString() ?? null,
  })
}
