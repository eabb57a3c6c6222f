import type { z } from 'zod'
import type { DeadLetterList, DeadLetterRow, deadLetterListQuery } from '#server/contracts/failure-groups.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition } from '#server/ports/raw-message.ts'
import { readAuditHead } from '#server/repositories/audit.ts'
import { countLetters, readNewestLetterId } from '#server/repositories/count-letters.ts'
import { type LetterRecord, listLetters } from '#server/repositories/dead-letters.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'
import { lastReplayOf } from './last-replay-of.ts'

/** A dead letter as it crosses HTTP. */
export const deadLetterRowOf = (letter: LetterRecord): DeadLetterRow => ({
  id: letter.id.toString(),
  failureGroupId: letter.failureGroupId,
  topic: letter.topic as DeadLetterRow['topic'],
  position: formatPosition(letter.partition, letter.offset),
  diedAt: letter.diedAtMs,
  deathTimeSource: letter.deathTimeSource as DeadLetterRow['deathTimeSource'],
  keyText: letter.keyText,
  convention: letter.convention as DeadLetterRow['convention'],
  confidence: letter.confidence as DeadLetterRow['confidence'],
  isPointer: letter.isPointer,
  earlierDeaths: letter.earlierDeaths,
  originTopic: letter.originTopic as DeadLetterRow['originTopic'],
  originPosition:
    letter.originPartition === null || letter.originOffset === null
      ? null
      : formatPosition(letter.originPartition, letter.originOffset),
  errorClass: letter.rootCause ?? letter.errorClass,
  message: letter.message,
  attempts: letter.attempts,
  traceId: letter.traceId as DeadLetterRow['traceId'],
  lastReplay: lastReplayOf(letter),
  disposition: letter.disposition,
  parkedBy: letter.parkedBy,
})

/** Dead letters newest first. The cursor is time of death and id of the last one shown: stable while new ones arrive. */
export const listDeadLetters = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof deadLetterListQuery>,
  _call: Call,
): Promise<Result<DeadLetterList, Fault>> => {
  const cursor = query.cursor === undefined ? null : /^(\d{1,15})-(\d{1,18})$/.exec(query.cursor)
  if (query.cursor !== undefined && !cursor)
    return invalid(`cursor: ${query.cursor} is not one that this list has given out.`)
  const before = cursor ? { diedAtMs: Number(cursor[1]), id: BigInt(cursor[2] ?? 0) } : null
  const failureGroupId =
    query.failureGroup && (await findStandingGroup(deps.db, connection.id, query.failureGroup))
  const filter = {
    failureGroupId,
    topic: query.topic,
    partition: query.partition,
    key: query.key,
    diedFrom: query.diedFrom,
    diedTo: query.diedTo,
    standing: query.standing,
    q: query.q,
  }
  // Before the letters: what is indexed or decided meanwhile counts as not seen.
  const [upToId, { lastId: auditId }] = await Promise.all([
    readNewestLetterId(deps.db),
    readAuditHead(deps.db),
  ])
  const [found, total] = await Promise.all([
    listLetters(deps.db, connection.id, filter, query.limit + 1, before),
    countLetters(deps.db, connection.id, filter),
  ])
  const page = found.slice(0, query.limit)
  const last = page.at(-1)
  return succeed({
    letters: page.map(deadLetterRowOf),
    nextCursor: found.length > query.limit && last ? `${last.diedAtMs}-${last.id}` : null,
    total,
    upToId: upToId?.toString() ?? null,
    auditId: auditId.toString(),
  })
}
