import type { z } from 'zod'
import type { continueReplayRequest } from '#server/contracts/replay-control.ts'
import type { ReplaySummary } from '#server/contracts/replays.ts'
import { canarySizes, findUnproven, lastStep, splitIntoSteps } from '#server/domain/canary-steps.ts'
import { fail, type Result } from '#server/domain/result.ts'
import { sayCount } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { readFirstItems } from '#server/repositories/canary-items.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { markBegun, markPaused, markResumed, openNextStep } from '#server/repositories/replay-control.ts'
import { findReplay, type ReplayRecord } from '#server/repositories/replays.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { findTarget, sayReadOnly } from './replay-target.ts'
import { showReplay } from './show-replay.ts'
import { markReplay } from './start-replay.ts'

type Change = {
  readonly action: string
  /** Makes the change. Answers what the audit tells of it, or why it can not be made any more. */
  readonly make: (
    transaction: Transaction,
    replay: ReplayRecord,
  ) => Promise<Pick<NewAuditEntry, 'detail' | 'reason' | 'facts'> | { readonly conflict: string }>
}

/** Makes a change of a started replay with its audit entry, or neither. It is refused where copies go to a read-only connection. */
const steer = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  id: string,
  { action, make }: Change,
  call: Call,
): Promise<Result<ReplaySummary, Fault>> => {
  const replay = await findReplay(deps.db, connection.id, id)
  if (!replay || replay.number === null) return notFound(`There is no replay ${id} on ${connection.name}.`)
  const about = [{ kind: 'replay' as const, id }]
  const entry = { actor: actor.name, action, target: id, connectionId: connection.id, about }
  const target = findTarget(deps, connection, replay)
  if (target?.readOnly) {
    await runInTransaction(deps.db, (transaction) =>
      recordAudit(transaction, { ...entry, result: 'refused', detail: sayReadOnly(target, connection) }),
    )
    return fail({ code: 'read-only-connection', detail: `${target.name} is read-only.` })
  }
  const conflict = await runInTransaction(deps.db, async (transaction) => {
    const made = await make(transaction, replay)
    if ('conflict' in made) return made.conflict
    await recordAudit(transaction, { ...entry, result: 'allowed', ...made })
    return null
  })
  if (conflict !== null) return fail({ code: 'conflict', detail: conflict })
  await notifyChanged(deps.db, 'replays', connection.id)
  return showReplay(deps, connection, id, call)
}

const isNow = ({ number, state }: ReplayRecord, what: string): { readonly conflict: string } => ({
  conflict: `Replay ${number} ${what}: it is ${state}.`,
})

type Order = (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  id: string,
  call: Call,
) => Promise<Result<ReplaySummary, Fault>>

const orderOf =
  (changeOf: (deps: Deps, actor: Actor, id: string) => Change): Order =>
  (deps, connection, actor, id, call) =>
    steer(deps, connection, actor, id, changeOf(deps, actor, id), call)

/** Pauses a replay after the batch in progress: outcomes are followed on. Pausing what is paused changes nothing. */
export const pauseReplay = orderOf((_, actor, id) => ({
  action: 'pause replay',
  make: async (transaction, replay) =>
    (await markPaused(transaction, id, actor.name))
      ? { detail: `replay ${replay.number}` }
      : isNow(replay, 'can not be paused'),
}))

/** Goes on with a paused replay. */
export const resumeReplay = orderOf((_, __, id) => ({
  action: 'resume replay',
  make: async (transaction, replay) =>
    (await markResumed(transaction, id))
      ? { detail: `replay ${replay.number}` }
      : isNow(replay, 'is not paused'),
}))

/** Starts a scheduled replay before its time. */
export const startReplayNow = orderOf((deps, actor, id) => ({
  action: 'start scheduled replay',
  make: async (transaction, replay) => {
    if (!(await markBegun(transaction, id))) return isNow(replay, 'is not scheduled')
    await markReplay(deps, transaction, replay, actor.name)
    return { detail: `replay ${replay.number}, before its time` }
  },
}))

/**
 * Opens the next step of a canary before the open one is proven: the operator's choice, kept with the reason and with
 * what was not proven then. Only the step that was seen: what has opened meanwhile is a conflict.
 */
export const continueReplay = (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, step, reason }: z.output<typeof continueReplayRequest> & { readonly id: string },
  call: Call,
): Promise<Result<ReplaySummary, Fault>> =>
  steer(
    deps,
    connection,
    actor,
    id,
    {
      action: 'continue canary',
      make: async (transaction, replay) => {
        if (replay.state !== 'running' && replay.state !== 'paused')
          return isNow(replay, 'is not sending any more')
        const isOther = { conflict: `Step ${step + 1} of replay ${replay.number} is not the one that waits.` }
        if (step >= lastStep) return isOther
        const first = (await readFirstItems(transaction, [id])).get(id) ?? []
        const unproven = findUnproven(splitIntoSteps(first)[step] ?? [])
        if (unproven.some(({ outcome }) => outcome === 'PENDING'))
          return { conflict: `Step ${step + 1} of replay ${replay.number} is still being sent.` }
        const what =
          unproven.map(({ outcome, count }) => `${sayCount(count)} ${outcome}`).join(', ') || 'nothing'
        const continued = { step, by: actor.name, reason, unproven }
        if (!(await openNextStep(transaction, id, continued, deps.clock.nowMs()))) return isOther
        return {
          detail: `replay ${replay.number}, step ${step + 2} (${canarySizes[step + 1] ?? 'the rest'}) before step ${step + 1} was proven; not proven: ${what}`,
          reason,
          facts: { outcome: Object.fromEntries(unproven.map(({ outcome, count }) => [outcome, count])) },
        }
      },
    },
    call,
  )
