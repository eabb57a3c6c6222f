import type { TopicChange } from '#server/contracts/topic-changes.ts'
import { mayApply } from '#server/domain/plan-topic-change.ts'
import { fail, type Result } from '#server/domain/result.ts'
import { changedSince } from '#server/domain/topic-change-progress.ts'
import type { Call } from '#server/ports/call.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import {
  findTopicChange,
  markChangeRunning,
  type TopicChangeRecord,
} from '#server/repositories/topic-changes.ts'
import { carryOut } from './carry-out-topic-change.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { readTopicNow } from './read-topic-now.ts'
import { auditOf, settleTopicChange } from './settle-topic-change.ts'
import { showTopicChange } from './show-topic-change.ts'

/** An older plan says too little of what would happen now. */
const plansLastMs = 3_600_000

/**
 * Carries out a planned change, once: a second call, by a second click or another browser, answers the same change. The
 * intent is in the audit before the broker is asked, the result after. Refused, with an audit entry, on a read-only
 * connection, without the name where it must be typed, and as `conflict` when the topic is no longer what the plan saw.
 */
export const applyTopicChange = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, typedName }: { readonly id: string; readonly typedName: string },
  call: Call,
): Promise<Result<TopicChange, Fault>> => {
  const record = await findTopicChange(deps.db, connection.id, id)
  if (!record) return notFound(`There is no change ${id} on ${connection.name}.`)
  if (record.state !== 'planned') return showTopicChange(deps, connection, id, call)
  const { changeId: _, ...entry } = auditOf(record, actor.name, connection.id)
  const refused = await whyRefused(deps, connection, record, typedName, call)
  if (refused !== null) {
    await audit(deps, { ...entry, result: 'refused', detail: refused.detail })
    return fail(refused)
  }
  const isMine = await runInTransaction(deps.db, async (transaction) => {
    if (!(await markChangeRunning(transaction, id, actor.name))) return false
    const detail = `begins: ${record.plan.steps.join(' ')} (change ${id})`.slice(0, 2_000)
    await recordAudit(transaction, {
      ...entry,
      result: 'allowed',
      detail,
      facts: {
        plan: {
          steps: [...record.plan.steps],
          findings: record.plan.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`),
        },
      },
    })
    return true
  })
  if (isMine) {
    const answer = await carryOut(connection, record.request, record.seen?.topicId ?? null, call)
    await settleTopicChange(deps, connection, record, actor.name, answer.ok ? 'none' : answer.error, call)
  }
  return showTopicChange(deps, connection, id, call)
}

const audit = (deps: Deps, entry: NewAuditEntry): Promise<void> =>
  runInTransaction(deps.db, (transaction) => recordAudit(transaction, entry))

const whyRefused = async (
  deps: Deps,
  connection: Connection,
  { request, plan, seen, plannedAtMs }: TopicChangeRecord,
  typedName: string,
  call: Call,
): Promise<Fault | null> => {
  if (connection.readOnly) return { code: 'read-only-connection', detail: `${connection.name} is read-only.` }
  const because = plan.findings.find(({ severity }) => severity === 'refused')
  if (!mayApply(plan)) return { code: 'conflict', detail: because?.sentence ?? 'The plan refuses it.' }
  if (plan.nameToType !== null && typedName !== plan.nameToType)
    return {
      code: 'invalid-request',
      detail: `On ${connection.environment.name} the name ${plan.nameToType} must be typed to confirm.`,
    }
  if (deps.clock.nowMs() - plannedAtMs > plansLastMs)
    return { code: 'conflict', detail: 'The plan is older than an hour: plan it anew to see what holds now.' }
  const now = await readTopicNow(
    deps,
    connection,
    request.topic,
    { withReaders: request.action === 'delete' },
    call,
  )
  if (!now.ok) return now.error
  const conflict = changedSince(request, seen, now.value.topic)
  return conflict === null ? null : { code: 'conflict', detail: `${conflict} Plan it anew.` }
}
