import type { z } from 'zod'
import type { ReplaySummary, startReplayRequest } from '#server/contracts/replays.ts'
import { canaryFrom } from '#server/domain/canary-steps.ts'
import { findMissingConsents } from '#server/domain/plan-findings.ts'
import { linesHashFact } from '#server/domain/replay-lines.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayCount, sayMoment } from '#server/domain/say-amounts.ts'
import { sayPace } from '#server/domain/say-pace.ts'
import type { Call } from '#server/ports/call.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { insertControl } from '#server/repositories/replay-control.ts'
import { hashLines } from '#server/repositories/replay-lines.ts'
import { findReplay, markStarted, type ReplayRecord } from '#server/repositories/replays.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import { writeMark } from './add-mark.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'
import { whyNotSendEdit } from './present-letter-edit.ts'
import { findTarget, sayReadOnly, sayTargetGone } from './replay-target.ts'
import { showReplay } from './show-replay.ts'

/**
 * Starts a plan. Starting it again, by a second click or another browser, answers the replay that runs already. Refused
 * where copies go to a read-only connection, with an audit entry either way. The worker does the sending.
 */
export const startReplay = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  request: z.output<typeof startReplayRequest>,
  call: Call,
): Promise<Result<ReplaySummary, Fault>> => {
  const plan = await findReplay(deps.db, connection.id, request.planId)
  if (!plan) return notFound(`There is no replay plan ${request.planId}.`)
  const entry = {
    actor: actor.name,
    action: 'start replay',
    target: plan.id,
    connectionId: connection.id,
    ...tellOfPlan(plan, request.reason, request.consents ?? []),
  }
  const target = findTarget(deps, connection, plan)
  if (!target) return fail({ code: 'conflict', detail: `${sayTargetGone(plan)}.` })
  if (target.readOnly) {
    await runInTransaction(deps.db, (transaction) =>
      recordAudit(transaction, { ...entry, result: 'refused', detail: sayReadOnly(target, connection) }),
    )
    return fail({ code: 'read-only-connection', detail: `${target.name} is read-only.` })
  }
  const keptBack = await whyNotSendEdit(deps, connection, plan.id)
  if (plan.number === null && keptBack !== null) return fail({ code: 'conflict', detail: keptBack })
  if (plan.plan.ready === 0)
    return fail({ code: 'conflict', detail: 'The plan has no letter that may be sent.' })
  const { pacePerSecond, reason } = request
  const control = controlOf(deps, plan, request)
  if (!control.ok) return control
  const resent = plan.plan.resent ?? 0
  if (plan.number === null && resent > 0 && reason.trim() === '')
    return invalid(
      `reason: ${resent === 1 ? 'one of these letters was' : `${sayCount(resent)} of these letters were`} sent before. Sending again is a new attempt: say why.`,
    )
  const missing = findMissingConsents(plan.plan.findings, request.consents ?? [])
  if (plan.number === null && missing.length > 0)
    return invalid(
      `consents: ${missing.map(({ count, sentence }) => `${sayCount(count)} ${sentence}`).join('; ')}. Say that this is meant.`,
    )
  const what = `${plan.plan.ready} to ${plan.targets.join(', ')}${target.id === connection.id ? '' : ` on ${target.id}`}`
  // What was started is in the audit and on the charts, or was not started.
  const { startAtMs } = control.value
  const isStarted = await runInTransaction(deps.db, async (transaction) => {
    if (!(await markStarted(transaction, connection.id, plan.id, actor.name, pacePerSecond, reason)))
      return false
    await insertControl(transaction, plan.id, control.value)
    const when = startAtMs === null ? '' : `, to begin at ${sayMoment(startAtMs)}`
    const detail = `${what}, ${sayPace(pacePerSecond, control.value)}${when}`
    const { coordinates } = await hashLines(transaction, plan.id)
    const selection = { ...entry.facts?.selection, [linesHashFact]: coordinates }
    await recordAudit(transaction, {
      ...entry,
      facts: { ...entry.facts, selection },
      result: 'allowed',
      detail,
    })
    if (startAtMs === null) await markReplay(deps, transaction, plan, actor.name)
    return true
  })
  if (isStarted) {
    await notifyChanged(deps.db, 'marks')
    await notifyChanged(deps.db, 'replays', connection.id)
  }
  return showReplay(deps, connection, plan.id, call)
}

/** Sets the mark of a replay that begins to send, in the caller's transaction. */
export const markReplay = async (
  deps: Pick<Deps, 'clock'>,
  transaction: Transaction,
  { plan, targets }: ReplayRecord,
  by: string,
): Promise<void> => {
  await writeMark(transaction, {
    atMs: deps.clock.nowMs(),
    kind: 'replay',
    text: `Replay of ${plan.ready} to ${targets.join(', ')}${plan.targetConnection ? ` on ${plan.targetConnection.name}` : ''}`,
    service: null,
    createdBy: by,
  })
}

/** A replay can be scheduled so far ahead: dead letters seldom last longer. */
const latestStartMs = 31 * 86_400_000

/** How a replay is to be paced and steered. One of many letters begins with a canary unless it is told otherwise. */
const controlOf = (
  { clock }: Pick<Deps, 'clock'>,
  { plan }: ReplayRecord,
  { bytesPerSecond = null, maxInFlight = null, canary, startAt = null }: z.output<typeof startReplayRequest>,
): Result<Parameters<typeof insertControl>[2], Fault> => {
  const nowMs = clock.nowMs()
  if (startAt !== null && startAt > nowMs + latestStartMs)
    return invalid('startAt: a replay can be scheduled at most 31 days ahead.')
  return succeed({
    bytesPerSecond,
    maxInFlight,
    canary: canary ?? plan.ready > canaryFrom,
    startAtMs: startAt !== null && startAt > nowMs ? startAt : null,
  })
}

/** What the audit keeps of a plan: why, what was chosen, and what was known. */
const tellOfPlan = (
  { id, plan, failureGroupId, targets }: ReplayRecord,
  reason: string,
  consents: readonly string[],
): Pick<NewAuditEntry, 'reason' | 'about' | 'facts'> => ({
  reason,
  about: [
    { kind: 'replay', id },
    ...(failureGroupId === null ? [] : [{ kind: 'failure-group' as const, id: failureGroupId }]),
    ...targets.map((topic) => ({ kind: 'topic' as const, id: topic })),
  ],
  facts: {
    selection: {
      letters: plan.total,
      ...(plan.selection ? { chosen: plan.selection.words, 'failure groups': plan.selection.groups } : {}),
      'failure group': failureGroupId,
      'frozen at': new Date(plan.frozenAt).toISOString(),
      ...(plan.requeue ? { requeue: plan.requeue.action, 'retry topic': plan.requeue.topic } : {}),
    },
    plan: {
      'may be sent': plan.ready,
      ...(plan.targetConnection
        ? { 'target connection': `${plan.targetConnection.id} (${plan.targetConnection.name})` }
        : {}),
      targets: plan.targets.map(({ topic, count }) => `${count} to ${topic}`),
      'agreed to': consents.join(', ') || null,
      findings: plan.findings.map(({ severity, count, sentence }) => `${severity}, ${count}: ${sentence}`),
      readers: plan.readers.map(({ group, topic }) => `${group} of ${topic}`),
    },
  },
})
