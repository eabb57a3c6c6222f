import type { z } from 'zod'
import type { DispositionKind } from '#server/contracts/choices.ts'
import type { DecidedLetters, decideLettersRequest } from '#server/contracts/letter-decisions.ts'
import { auditActionOf, kindOfDecision, sayDecision, whyLeft } from '#server/domain/decide-letters.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { writeGroupEvent } from '#server/repositories/failure-group-standings.ts'
import {
  type ChosenLetter,
  chooseLetters,
  holdReplays,
  listDecidedSince,
  removeDispositions,
  writeDispositions,
} from '#server/repositories/letter-dispositions.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'
import { reopenRestoredGroups } from './reopen-restored-groups.ts'

const largestSelection = 100_000
/** An entry of the audit names each of its letters: at most so many. */
const lettersOfEntry = 1_000

type Request = z.output<typeof decideLettersRequest>

/**
 * Discards or archives dead letters with a reason, or takes that back. They stay in their topics and in the index, and no
 * replay sends them meanwhile. What a replay is working on, and what one has settled, is left as it is, and so is what
 * somebody else has decided since the person looked, where that is told. Answers the letters that were changed. Restored
 * letters open groups again that had closed themselves.
 */
export const decideLetters = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { selection, seen, seenAuditId, decision, reason }: Request,
  _call: Call,
): Promise<Result<DecidedLetters, Fault>> => {
  const choice = {
    ...selection,
    ids: selection.letterIds?.map(BigInt),
    upToId: selection.upToId === undefined ? undefined : BigInt(selection.upToId),
  }
  const kind = kindOfDecision[decision]
  const seenOf = readSeen(seen)
  const made = await runInTransaction(deps.db, async (transaction) => {
    await holdReplays(transaction, connection.id)
    const chosen = await chooseLetters(transaction, connection.id, choice, largestSelection + 1)
    if (chosen.length === 0) return 'none'
    if (chosen.length > largestSelection) return 'too-many'
    const since =
      seenAuditId === undefined
        ? new Map<bigint, string>()
        : await listDecidedSince(transaction, connection.id, chosen, BigInt(seenAuditId))
    const judged = chosen.map((letter) => {
      const looked = { seen: seenOf(letter), isDecidedSince: since.has(letter.id) }
      return { letter, left: whyLeft(letter, decision, looked) }
    })
    const changed = judged.flatMap(({ letter, left }) => (left === null ? [letter] : []))
    const ids = changed.map(({ id }) => id)
    if (kind === null) await removeDispositions(transaction, ids)
    else await writeDispositions(transaction, ids, { kind, reason, actor: actor.name })
    await tell(transaction, connection, actor, changed, { decision, reason })
    const left = [...Map.groupBy(judged, (one) => one.left)].flatMap(([why, list]) =>
      why === null
        ? []
        : [
            {
              why,
              count: list.length,
              by: [
                ...new Set(list.flatMap(({ letter }) => since.get(letter.id) ?? letter.actor ?? [])),
              ].sort(),
            },
          ],
    )
    return { letterIds: ids.map(String), left }
  })
  if (made === 'none') return invalid('selection: no dead letter fits it.')
  if (made === 'too-many')
    return invalid(`selection: more than ${largestSelection} dead letters; choose fewer at once.`)
  if (made.letterIds.length > 0) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return succeed(made)
}

/** What was decided about a letter when the person looked; undefined where that is not told. */
const readSeen = (seen: Request['seen']): ((letter: ChosenLetter) => DispositionKind | null | undefined) => {
  if (!seen) return () => undefined
  const [discarded, archived] = [new Set(seen.discarded), new Set(seen.archived)]
  return ({ id }) => {
    const name = id.toString()
    if (discarded.has(name)) return 'discarded'
    return archived.has(name) ? 'archived' : null
  }
}

/** Into the history of each failure group, and into the audit with every letter by its id. */
const tell = async (
  transaction: Transaction,
  connection: Connection,
  actor: Actor,
  changed: readonly ChosenLetter[],
  { decision, reason }: Pick<Request, 'decision' | 'reason'>,
): Promise<void> => {
  const groups = [...Map.groupBy(changed, ({ failureGroupId }) => failureGroupId)]
  for (const [id, letters] of groups) {
    const text = sayDecision(decision, letters.length, reason)
    await writeGroupEvent(transaction, id, { actor: actor.name, kind: 'letters', text })
  }
  const restored = decision === 'restore' ? changed.map(({ id }) => id) : []
  const reopened = await reopenRestoredGroups(transaction, connection.id, actor, restored)
  for (const [id, letters] of groups)
    for (let from = 0; from < letters.length; from += lettersOfEntry) {
      const part = letters.slice(from, from + lettersOfEntry)
      await recordAudit(transaction, {
        actor: actor.name,
        action: auditActionOf(decision),
        target: id,
        connectionId: connection.id,
        result: 'allowed',
        detail: sayDecision(decision, part.length, ''),
        reason,
        about: [
          { kind: 'failure-group', id },
          ...part.map((letter) => ({ kind: 'dead-letter' as const, id: letter.id.toString() })),
        ],
      })
    }
  for (const entry of reopened) await recordAudit(transaction, entry)
}
