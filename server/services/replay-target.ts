import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'
import { readLatestOnCluster } from '#server/repositories/replay-clusters.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid } from './fault.ts'

/** The connection that a replay writes to: that of its letters unless it names another; null where that is not configured any more. */
export const findTarget = (
  { connections }: Pick<Deps, 'connections'>,
  connection: Connection,
  { targetConnectionId }: Pick<ReplayRecord, 'targetConnectionId'>,
): Connection | null =>
  targetConnectionId === null || targetConnectionId === connection.id
    ? connection
    : (connections.find(({ id }) => id === targetConnectionId) ?? null)

/** Why nothing is sent to a connection that is not configured any more. */
export const sayTargetGone = ({ targetConnectionId }: Pick<ReplayRecord, 'targetConnectionId'>): string =>
  `The connection ${targetConnectionId}, to which its copies go, is not configured any more`

/** Where a plan writes to. */
export type PlanTarget = {
  readonly connection: Connection
  /** Clusters of the letters and of the copies; null: not told. */
  readonly sourceClusterId: string | null
  readonly clusterId: string | null
  /** Whether copies go to another cluster than that of the letters: their partitions and offsets mean nothing there. */
  readonly isElsewhere: boolean
}

/** Finds the connection that a plan names and asks which cluster that is. Of another one it must be known. */
export const findPlanTarget = async (
  deps: Deps,
  source: Connection,
  targetConnectionId: string | null,
  call: Call,
): Promise<Result<PlanTarget, Fault>> => {
  const connection = findTarget(deps, source, { targetConnectionId })
  if (!connection) return invalid(`targetConnection: there is no connection ${targetConnectionId}.`)
  const own = await source.broker.describe(call)
  const sourceClusterId = own.ok ? own.value.clusterId : null
  if (connection.id === source.id)
    return succeed({ connection, sourceClusterId, clusterId: sourceClusterId, isElsewhere: false })
  if (!own.ok) return fail(faultOf(own.error))
  const other = await connection.broker.describe(call)
  if (!other.ok) return fail(faultOf({ ...other.error, detail: `${connection.name}: ${other.error.detail}` }))
  const { clusterId } = other.value
  if (own.value.clusterId === '' || clusterId === '')
    return invalid(
      `targetConnection: ${clusterId === '' ? connection.name : source.name} does not tell which cluster it is, so what was sent there could not be told apart from what was sent here.`,
    )
  return succeed({ connection, sourceClusterId, clusterId, isElsewhere: clusterId !== sourceClusterId })
}

const stillOpen: ReadonlySet<string | null> = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

/**
 * Letters with what became of their copies on the cluster of a plan: settled on another one they may still be sent to
 * this one. While a copy is on its way anywhere, it counts here, too.
 */
export const withOutcomesOf = async (
  deps: Deps,
  { clusterId, isElsewhere }: PlanTarget,
  letters: readonly LetterRecord[],
): Promise<readonly LetterRecord[]> => {
  const replayed = letters.flatMap(({ id, lastOutcome }) =>
    lastOutcome === null || stillOpen.has(lastOutcome) ? [] : id,
  )
  if (replayed.length === 0 || clusterId === null) return letters
  const latest = await readLatestOnCluster(deps.db, replayed, clusterId, !isElsewhere)
  return letters.map((letter) => {
    if (letter.lastOutcome === null || stillOpen.has(letter.lastOutcome)) return letter
    const own = latest.get(letter.id)
    return {
      ...letter,
      lastReplayId: own?.replayId ?? null,
      lastOutcome: own?.outcome ?? null,
      lastSentAtMs: own?.sentAtMs ?? null,
    }
  })
}

/** Why nothing is written to a read-only connection, in the words of the audit. */
export const sayReadOnly = (target: Connection, source: Connection): string =>
  target.id === source.id ? 'the connection is read-only' : `the target connection ${target.id} is read-only`
