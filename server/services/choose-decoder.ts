import type { z } from 'zod'
import {
  type chooseDecoderRequest,
  type DecoderChoice,
  nameOfChoice,
  type Side,
  type TopicDecoders,
} from '#server/contracts/decoders.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { listDecoderChoices, writeDecoderChoice } from '#server/repositories/decoder-choices.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'

/** How the messages of a topic are read, and the configured types that may be chosen. */
export const showDecoders = async (
  deps: Pick<Deps, 'db'>,
  connection: Connection,
  topic: TopicName,
  _call: Call,
): Promise<Result<TopicDecoders, Fault>> => {
  const choices = await listDecoderChoices(deps.db, connection.id, [topic])
  const files = connection.reading?.protoFiles()
  const choiceOf = (side: Side) => {
    const found = choices.find((one) => one.side === side)
    return found
      ? { decoder: found.decoder, name: nameOfChoice(found.decoder), by: found.by, atMs: found.atMs }
      : null
  }
  return succeed({
    key: choiceOf('key'),
    value: choiceOf('value'),
    protoTypes: [...(files?.types?.types ?? [])],
    protoProblem: files?.problem ?? null,
  })
}

/** Why a choice can not be made, or null. */
const findObjection = async (
  decoder: DecoderChoice,
  connection: Connection,
  call: Call,
): Promise<string | null> => {
  const rest = decoder.slice(decoder.indexOf(':') + 1)
  if (decoder.startsWith('proto:')) {
    const files = connection.reading?.protoFiles()
    return files?.types?.types.includes(rest)
      ? null
      : (files?.problem ?? `The configured .proto files have no message type ${rest}.`)
  }
  if (!decoder.startsWith('schema:')) return null
  if (connection.registry === null) return `${connection.name} has no schema registry.`
  const found = await connection.registry.schemaById(Number(rest), call)
  // A registry that does not answer is no reason to refuse: the id may be right.
  return !found.ok && found.error.kind === 'not-found' ? `The registry has no schema ${rest}.` : null
}

/** Remembers for everybody how a side of a topic's messages is read, or forgets it. */
export const chooseDecoder = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  connection: Connection,
  actor: Actor,
  input: z.output<typeof chooseDecoderRequest> & { readonly topic: TopicName },
  call: Call,
): Promise<Result<TopicDecoders, Fault>> => {
  const { topic, side, decoder } = input
  const objection = decoder === null ? null : await findObjection(decoder, connection, call)
  if (objection !== null) return invalid(`decoder: ${objection}`)
  await runInTransaction(deps.db, async (transaction) => {
    await writeDecoderChoice(transaction, { connectionId: connection.id, topic, side }, decoder, {
      by: actor.name,
      atMs: deps.clock.nowMs(),
    })
    await recordAudit(transaction, {
      actor: actor.name,
      action: 'choose decoder',
      target: topic,
      connectionId: connection.id,
      result: 'allowed',
      detail: `${side}: ${decoder === null ? 'automatic' : nameOfChoice(decoder)}`,
    })
  })
  return showDecoders(deps, connection, topic, call)
}
