import type { z } from 'zod'
import type { payloadQuery } from '#server/contracts/downloads.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { parsePosition } from '#server/ports/raw-message.ts'
import { readWholeText } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'
import { openKept } from './open-kept.ts'

/** A payload on its way: what it is called, and its bytes in pieces. */
export type PayloadDelivery = {
  readonly contentType: string
  readonly fileName: string | null
  readonly chunks: Iterable<Uint8Array>
  readonly sizeBytes: number
}

const chunkBytes = 256 * 1024

const piecesOf = function* (bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

/**
 * One side of a message, read from the broker now, or of a dead letter that was kept as it was: raw bytes, all or a range, or its text, whole, as it is decoded (JSON
 * as it was written). A side that is null is `not-found`.
 */
export const readPayload = async (
  deps: Pick<Deps, 'db'>,
  connection: Connection,
  input: z.output<typeof payloadQuery> & { readonly topic: TopicName; readonly position: Position },
  call: Call,
): Promise<Result<PayloadDelivery, Fault>> => {
  const { topic, position, side, as, from, bytes: wanted, file } = input
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const { partition, offset } = parsePosition(position)
  const stands = await reader.readAt(topic, partition, offset, call)
  const isGone = !stands.ok && stands.error.kind === 'not-found'
  const [kept] = isGone ? await openKept(deps, connection)([{ topic, partition, offset }]) : []
  const read = kept ? succeed(kept) : stands
  if (!read.ok) return fail(faultOf(read.error))
  const payload = side === 'key' ? read.value.key : read.value.value
  if (payload === null) return notFound(`The ${side} of ${topic} ${position} is null: there are no bytes.`)
  const nameOf = (end: string) => (file ? `${topic}-${position}-${side}.${end}` : null)
  const deliver = (contentType: string, end: string, bytes: Uint8Array) =>
    succeed({ contentType, fileName: nameOf(end), chunks: piecesOf(bytes), sizeBytes: bytes.length })
  if (as === 'raw') {
    const part = payload.subarray(from, wanted === undefined ? undefined : from + wanted)
    return deliver('application/octet-stream', 'bin', part)
  }
  const whole = await readWholeText(read.value, side, connection, call)
  return deliver('text/plain; charset=utf-8', whole?.isJson ? 'json' : 'txt', whole?.text ?? new Uint8Array())
}
