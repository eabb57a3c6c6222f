import type { MessageDetail } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type LetterFacts, readLetterFacts } from '#server/domain/letter-facts.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { type LetterRecord, listLetters } from '#server/repositories/dead-letters.ts'
import { readKeptLetters, readLeftOut } from '#server/repositories/kept-letters.ts'
import { describeMessage } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { type OriginReading, readLetterOrigin } from './read-letter-origin.ts'

const notKept = (error: BrokerError, why: string) =>
  fail<BrokerError>({ ...error, detail: `${error.detail} It was not kept before. ${why}` })

/** A letter with all that the broker holds of it now. */
export type OpenedLetter = {
  readonly letter: LetterRecord
  /** As the broker holds it, or as it was kept where the broker does not have it any more. */
  readonly own: Result<RawMessage, BrokerError>
  /** When Spillway has kept it itself, and whether the broker has deleted it since. */
  readonly kept: { readonly atMs: number; readonly isGone: boolean } | null
  /** Null where its record is not there. */
  readonly facts: LetterFacts | null
  readonly described: MessageDetail | null
  readonly origin: OriginReading
}

/** Reads a letter from the index, its record (or what was kept of it) and its origin record from the broker. `not-found` for an unknown id. */
export const openLetter = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<OpenedLetter, Fault>> => {
  if (!/^\d{1,18}$/.test(id)) return notFound(`There is no dead letter ${id}.`)
  const [letter] = await listLetters(deps.db, connection.id, { ids: [BigInt(id)] }, 1, null)
  if (!letter) return notFound(`There is no dead letter ${id} on ${connection.name}.`)
  const { messages } = connection.broker
  if (!messages) return notFound('This broker can not be read by position.')
  const stands = await messages.readAt(letter.topic as TopicName, letter.partition, letter.offset, call)
  const [kept] = await readKeptLetters(deps.db, connection.id, [letter])
  const isGone = !stands.ok && stands.error.kind === 'not-found'
  const leftOut = isGone && !kept ? await readLeftOut(deps.db, connection.id, letter) : null
  const own =
    isGone && kept ? succeed(kept.message) : leftOut && !stands.ok ? notKept(stands.error, leftOut) : stands
  const facts = own.ok
    ? readLetterFacts(connection.id, own.value, connection.deadLetterRules, () => letter.originTopic)
    : null
  const described = own.ok ? await describeMessage(own.value, connection, call) : null
  const told = facts?.decoded?.death.originTimestamp?.value
  const origin = await readLetterOrigin(
    deps,
    connection,
    letter,
    {
      message: own.ok ? own.value : null,
      described,
      originTimestampMs: told === undefined ? null : BigInt(told),
    },
    call,
  )
  return succeed({
    letter,
    own,
    kept: kept ? { atMs: kept.keptAtMs, isGone } : null,
    facts,
    described,
    origin,
  })
}
