import type { z } from 'zod'
import type { GroupList, GroupRow, groupListQuery } from '#server/contracts/groups.ts'
import type { GroupId } from '#server/contracts/scalars.ts'
import { byUrgency } from '#server/domain/lag-verdict.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { matchesName } from '#server/domain/topic-rows.ts'
import type { PartialAnswer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { GroupDescription } from '#server/ports/consumer-groups.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { readGroupVerdicts, unsampledRow } from './read-group-verdicts.ts'

/** A broker that does not answer this soon is done without: the samples stand by themselves. In milliseconds. */
const brokerPatienceMs = 3_000

/**
 * Consumer groups of a connection, most urgent verdict first. Lag and verdicts come from the samples; who is there now
 * comes from the broker, and from the samples when it does not answer, which `degraded` then says.
 */
export const listGroups = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof groupListQuery>,
  call: Call,
): Promise<Result<GroupList, Fault>> => {
  const patient = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(brokerPatienceMs)]) }
  const [sampled, described] = await Promise.all([
    readGroupVerdicts(deps, connection),
    describeAll(connection, patient),
  ])
  const rows = new Map<GroupId, GroupRow>([...sampled.groups].map(([group, { row }]) => [group, row]))
  if (described.ok)
    for (const [group, { state, members }] of described.value) {
      const row = rows.get(group)
      rows.set(
        group,
        row ? { ...row, state, members: members.length } : unsampledRow(group, state, members.length),
      )
    }
  const all = [...rows.values()]
  return succeed({
    data: {
      groups: all
        .filter(({ group, topics }) => matchesName([group, ...topics].join(' '), query.q))
        .sort((a, b) => byUrgency(a.verdict, b.verdict) || (a.group < b.group ? -1 : 1)),
      unfilteredTotal: all.length,
    },
    degraded: (described.ok ? described.degraded : [described]).map(({ error }) =>
      degradedBy(error, sampled.sampledAtMs ?? undefined),
    ),
    checkedAt: deps.clock.nowMs(),
  })
}

const describeAll = async (
  { broker }: Connection,
  call: Call,
): PartialAnswer<ReadonlyMap<GroupId, GroupDescription>> => {
  const nobody = { ok: true, value: new Map(), degraded: [] } as const
  if (!broker.groups) return nobody
  const listed = await broker.groups.list(call)
  if (!listed.ok) return listed
  if (listed.value.length === 0) return { ...nobody, degraded: listed.degraded }
  const described = await broker.groups.describe(
    listed.value.map(({ group }) => group),
    call,
  )
  if (!described.ok) return described
  // One line a broker: what did not list its groups did not describe them either.
  const parts = new Map([...described.degraded, ...listed.degraded].map((one) => [one.part, one]))
  return { ...described, degraded: [...parts.values()] }
}
