import { randomUUID } from 'node:crypto'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { MessageCopies } from '#server/contracts/copy-message.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { curlProduce, curlRead, kcatConsume, kcatProduce } from '#server/domain/message-commands.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { parsePosition } from '#server/ports/raw-message.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { writeLines } from './write-lines.ts'

/** One message in every form in which it is copied, made of its very bytes as the broker has them now. */
export const copyMessage = async (
  _deps: Deps,
  connection: Connection,
  {
    topic,
    position,
    origin,
  }: { readonly topic: TopicName; readonly position: Position; readonly origin: string },
  call: Call,
): Promise<Result<MessageCopies, Fault>> => {
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const { partition, offset } = parsePosition(position)
  const read = await reader.readAt(topic, partition, offset, call)
  if (!read.ok) return fail(faultOf(read.error))
  const { lines } = await writeLines([read.value], 'jsonl', connection, call)
  const params = { connection: connection.id, topic, position }
  const base = new URL(origin).origin
  const { brokers, needsLogin } = connection.address ?? { brokers: 'localhost:9092', needsLogin: false }
  return succeed({
    json: lines[0]?.trimEnd() ?? '',
    kcatConsume: kcatConsume(read.value, brokers),
    kcatProduce: kcatProduce(read.value, brokers),
    curlRead: curlRead(`${base}${apiAddress(endpoints.showMessage.path, params)}`),
    curlProduce: curlProduce(
      `${base}${apiAddress(endpoints.produceMessage.path, params)}`,
      read.value,
      randomUUID(),
    ),
    note: needsLogin
      ? `${connection.name} is reached by TLS or with a login: add that to kcat with -X or -F.`
      : null,
  })
}
