import type { z } from 'zod'
import type { Mark, newMark } from '#server/contracts/marks.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { insertMark, type NewMark } from '#server/repositories/marks.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'

/** PostgreSQL keeps times up to the year 294276; a mark beyond the year 9999 is a mistake of units. */
const latestMs = Date.UTC(9999, 11, 31)

/** Sets a mark at a point in time, now when none is given. Open pages are told. */
export const addMark = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: z.output<typeof newMark>,
  _call: Call,
): Promise<Result<Mark, Fault>> => {
  const atMs = input.atMs ?? deps.clock.nowMs()
  if (atMs < 0 || atMs > latestMs) return invalid(`atMs: ${atMs} is not a time in milliseconds since 1970.`)
  const mark: NewMark = {
    atMs,
    kind: input.kind,
    text: input.text.replaceAll('\0', '\ufffd'),
    service: input.service?.replaceAll('\0', '\ufffd') ?? null,
    createdBy: actor.name,
  }
  const id = await runInTransaction(deps.db, (transaction) => writeMark(transaction, mark))
  await notifyChanged(deps.db, 'marks')
  const { createdBy, ...rest } = mark
  return succeed({ id, ...rest, by: createdBy })
}

/** Writes a mark and its audit entry in the caller's transaction, which tells the pages afterwards. Answers its id. */
export const writeMark = async (transaction: Transaction, mark: NewMark): Promise<string> => {
  const id = await insertMark(transaction, mark)
  await recordAudit(transaction, {
    actor: mark.createdBy,
    action: 'set mark',
    target: `mark ${id}`,
    connectionId: null,
    result: 'allowed',
    detail: `${mark.kind}: ${mark.text}`,
  })
  return id
}
