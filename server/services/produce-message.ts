import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { MessageCheck, ProducedMessage, produceRequest } from '#server/contracts/produce.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import {
  findProduced,
  type ProducedRow,
  settleProduced,
  takeProduceKey,
} from '#server/repositories/produced-messages.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'
import { prepareMessage } from './prepare-message.ts'

type Request = z.output<typeof produceRequest>

/** A sending that says nothing for this long has lost its process. */
const lostAfterMs = 30_000
const lookAgainMs = 150

const firstProblem = ({ refusal, key, value, headers, problems }: MessageCheck): string => {
  if (refusal !== null) return refusal
  const [inKey] = key.problems
  if (inKey) return `Key${inKey.path === '' ? '' : `, ${inKey.path}`}: ${inKey.message}`
  const [inValue] = value.problems
  if (inValue) return `Value${inValue.path === '' ? '' : `, ${inValue.path}`}: ${inValue.message}`
  const [header] = headers
  if (header) return `Header ${header.index + 1}: ${header.message}`
  return problems[0] ?? 'The message can not be sent.'
}

/** Sizes and places, never what the message says. */
const wordsOf = ({ key, value, headers, partition }: OutgoingMessage): string => {
  const side = (bytes: Uint8Array | null) => (bytes === null ? 'null' : `${bytes.length} bytes`)
  return `key ${side(key)}, value ${side(value)}, ${headers.length} headers, ${partition === null ? 'partition by the broker' : `partition ${partition}`}`
}

/** Errors after which the broker surely does not have the message. */
const isRefusal = ({ kind }: BrokerError): boolean =>
  kind === 'denied' || kind === 'invalid' || kind === 'not-found' || kind === 'unsupported'

const notKnown = (topic: string, detail: string) =>
  fail<Fault>({
    code: 'conflict',
    detail: `${detail} It is not known whether the message was written: look at the newest messages of ${topic} before you send it again.`,
  })

const answerOf = (topic: TopicName, { state, partition, offset, detail }: ProducedRow) => {
  if (state === 'sent' && partition !== null)
    return succeed<ProducedMessage>({
      topic,
      partition,
      position: offset === null ? null : formatPosition(partition, offset),
      repeated: true,
    })
  if (state === 'refused') return fail<Fault>({ code: 'invalid-request', detail })
  return notKnown(topic, detail)
}

/** Waits for the request that took the key first, and answers what it has done. */
const awaitFirst = async (
  deps: Deps,
  topic: TopicName,
  key: string,
  hash: string,
  call: Call,
): Promise<Result<ProducedMessage, Fault>> => {
  for (;;) {
    const row = await findProduced(deps.db, key)
    if (row && row.contentHash !== hash)
      return fail({
        code: 'conflict',
        detail: 'Another message was sent with this idempotency key. Make a new key for each message.',
      })
    if (row && row.state !== 'sending') return answerOf(topic, row)
    if (!row || row.ageMs > lostAfterMs) return notKnown(topic, 'The process that was sending it has ended.')
    await sleep(lookAgainMs, undefined, { signal: call.signal })
  }
}

/**
 * Sends one message, once for each idempotency key: a double click and a repeated request answer what the first has
 * done. Refused on a read-only connection, in production without the topic's name typed again, and while anything is wrong with the draft. The audit tells topic, place and
 * sizes before it is sent, and what became of it after, never the payload.
 */
export const produceMessage = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { topic, request }: { readonly topic: TopicName; readonly request: Request },
  call: Call,
): Promise<Result<ProducedMessage, Fault>> => {
  const { idempotencyKey, confirm, ...draft } = request
  const entry = { actor: actor.name, action: 'produce message', connectionId: connection.id }
  if (connection.readOnly) {
    await runInTransaction(deps.db, (transaction) =>
      recordAudit(transaction, {
        ...entry,
        target: topic,
        result: 'refused',
        detail: 'the connection is read-only',
      }),
    )
    return fail({ code: 'read-only-connection', detail: `${connection.name} is read-only.` })
  }
  if (connection.environment.production && confirm !== topic)
    return invalid(
      `confirm: ${connection.name} is ${connection.environment.name}, a production environment. Type ${topic} to confirm.`,
    )
  const hash = createHash('sha256')
    .update(JSON.stringify([connection.id, topic, draft]))
    .digest('base64url')
  const before = await findProduced(deps.db, idempotencyKey)
  if (before) return awaitFirst(deps, topic, idempotencyKey, hash, call)
  const prepared = await prepareMessage(deps, connection, topic, draft, call)
  if (!prepared.ok) return prepared
  const { outgoing, check } = prepared.value
  const { publisher } = connection.broker
  if (outgoing === null || !publisher) return fail({ code: 'invalid-request', detail: firstProblem(check) })
  const isOurs = await runInTransaction(deps.db, async (transaction) => {
    const taken = await takeProduceKey(transaction, {
      key: idempotencyKey,
      connectionId: connection.id,
      topic,
      contentHash: hash,
    })
    if (taken)
      await recordAudit(transaction, {
        ...entry,
        target: topic,
        result: 'allowed',
        detail: wordsOf(outgoing),
      })
    return taken
  })
  if (!isOurs) return awaitFirst(deps, topic, idempotencyKey, hash, call)
  const sent = await publisher.send([outgoing], call)
  const [place] = sent.ok ? sent.value : []
  const failed = sent.ok ? null : sent.error
  await runInTransaction(deps.db, async (transaction) => {
    await settleProduced(transaction, idempotencyKey, {
      state: place ? 'sent' : failed && isRefusal(failed) ? 'refused' : 'unknown',
      partition: place?.partition ?? null,
      offset: place?.offset ?? null,
      detail: failed?.detail ?? '',
    })
    const at = place ? `${place.partition}@${place.offset ?? 'unknown offset'}` : ''
    await recordAudit(transaction, {
      ...entry,
      action: 'message produced',
      target: place ? `${topic} ${at}` : topic,
      about: [
        ...(place && place.offset !== null
          ? [{ kind: 'message' as const, id: `${topic}/${formatPosition(place.partition, place.offset)}` }]
          : []),
        { kind: 'topic', id: topic },
      ],
      result: place ? 'allowed' : 'failed',
      detail: failed?.detail ?? wordsOf(outgoing),
    })
  })
  if (!place) {
    if (failed && isRefusal(failed)) return fail(faultOf(failed))
    return notKnown(topic, failed?.detail ?? 'The broker did not answer.')
  }
  const { partition, offset } = place
  return succeed({
    topic,
    partition,
    position: offset === null ? null : formatPosition(partition, offset),
    repeated: false,
  })
}
