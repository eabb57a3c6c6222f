import type { MessageDetail } from '#server/contracts/messages.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { parsePosition } from '#server/ports/raw-message.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

/**
 * One message whole, read from the broker now. `not-found` says whether it was deleted by retention, compacted away or
 * not written yet.
 */
export const showMessage = async (
  _deps: Deps,
  connection: Connection,
  { topic, position }: { readonly topic: TopicName; readonly position: Position },
  call: Call,
): Promise<Result<MessageDetail, Fault>> => {
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const { partition, offset } = parsePosition(position)
  const read = await reader.readAt(topic, partition, offset, call)
  if (!read.ok) return fail(faultOf(read.error))
  return succeed(await describeMessage(read.value, connection, call))
}
