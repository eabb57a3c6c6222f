import type { ReplayPlan } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { sayGuarantee } from '#server/domain/say-guarantee.ts'
import type { Call } from '#server/ports/call.ts'
import { findReplay, type StoredPlan } from '#server/repositories/replays.ts'
import { isolationsOf } from './declare-group-isolation.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { presentEdit } from './present-letter-edit.ts'
import { quietPeriodMs } from './quiet-period.ts'
import { readPlanExpiry } from './read-plan-expiry.ts'
import { findTarget } from './replay-target.ts'

/** A plan as it was frozen, and the replay that it became. How groups read is as it is declared now. */
export const showReplayPlan = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
  actor: Actor | null = null,
): Promise<Result<ReplayPlan, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  if (!found) return notFound(`There is no replay plan ${id}.`)
  const { number, startedAtMs } = found
  const started = number === null || startedAtMs === null ? null : { replayId: id, number, at: startedAtMs }
  return succeed(await presentPlan(deps, connection, found.id, found.plan, started, call, actor))
}

/** A stored plan with how its readers read, and what follows from that. */
export const presentPlan = async (
  deps: Deps,
  connection: Connection,
  planId: string,
  plan: StoredPlan,
  started: ReplayPlan['started'],
  call: Call,
  actor: Actor | null = null,
): Promise<ReplayPlan> => {
  const target = findTarget(deps, connection, { targetConnectionId: plan.choice?.targetConnection ?? null })
  const isolationOf = await isolationsOf(
    deps,
    target ?? connection,
    plan.readers.map(({ group }) => group),
  )
  const readers = plan.readers.map((reader) => ({ ...reader, reads: isolationOf(reader.group) }))
  const sending = plan.sending ?? null
  const guarantee = sayGuarantee(
    sending,
    readers.map(({ group, reads }) => ({ group, isolation: reads.isolation })),
  )
  const { selected: _, ...shown } = plan
  const expiry = started === null ? await readPlanExpiry(deps, connection, planId, call) : null
  const edit = await presentEdit(deps, connection, planId, { actor, call })
  const resent = plan.resent ?? 0
  return {
    planId,
    ...shown,
    readers,
    sending,
    guarantee,
    resent,
    quietMs: quietPeriodMs,
    expiry,
    started,
    edit,
  }
}
