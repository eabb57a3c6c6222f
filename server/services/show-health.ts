import type { z } from 'zod'
import type { dependencyHealth, Health } from '#server/contracts/health.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { sayDuration } from '#server/domain/say-amounts.ts'
import { sayWorkers } from '#server/domain/say-workers.ts'
import type { Call } from '#server/ports/call.ts'
import { readHeartbeat } from '#server/repositories/heartbeats.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { heartbeatLimitMs } from './keep-heartbeat.ts'

type Dependency = z.infer<typeof dependencyHealth>
type Finding = Pick<Dependency, 'state' | 'detail'>

/** Each part has this long to answer, in milliseconds. */
const patienceMs = 2_000

/**
 * State of every part that Spillway depends on, asked at once. `down` when the database is, `degraded` when anything
 * else is. Never fails: what does not answer is the answer.
 */
export const showHealth = async (deps: Deps, call: Call): Promise<Result<Health, Fault>> => {
  const dependencies = await Promise.all([
    measure('database', call, async () => {
      const { rows } = await deps.db.pool.query<{ version: string }>(
        `SELECT current_setting('server_version') AS version`,
      )
      return { state: 'up', detail: `PostgreSQL ${rows[0]?.version ?? ''}`.trim() }
    }),
    measure('worker', call, () => askWorker(deps)),
    ...deps.connections.flatMap((connection) => [
      measure(`broker ${connection.id}`, call, (limited) => askBroker(connection, limited)),
      measure(`registry ${connection.id}`, call, (limited) => askRegistry(connection, limited)),
    ]),
  ])
  const isDown = dependencies.filter(({ state }) => state === 'down')
  return succeed({
    state: isDown.some(({ name }) => name === 'database') ? 'down' : isDown.length > 0 ? 'degraded' : 'up',
    version: packageJson.version,
    dependencies,
    checkedAt: deps.clock.nowMs(),
  })
}

const measure = async (
  name: string,
  call: Call,
  ask: (limited: Call) => Promise<Finding>,
): Promise<Dependency> => {
  const startedAt = performance.now()
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)])
  const givenUp = new Promise<Finding>((resolve) => {
    const end = () => resolve({ state: 'down', detail: `no answer within ${sayDuration(patienceMs)}` })
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
  const asked = ask({ signal }).catch(
    (error: unknown): Finding => ({
      state: 'down',
      detail: error instanceof Error ? error.message || 'no connection' : String(error),
    }),
  )
  const finding = await Promise.race([asked, givenUp])
  const latencyMs =
    finding.state === 'not-configured' ? null : Math.round((performance.now() - startedAt) * 10) / 10
  return { name, ...finding, latencyMs }
}

const askWorker = async (deps: Deps): Promise<Finding> => {
  const heartbeat = await readHeartbeat(deps.db)
  if (!heartbeat) return { state: 'down', detail: 'no worker has ever reported' }
  return heartbeat.ageMs <= heartbeatLimitMs
    ? { state: 'up', detail: `${sayWorkers(heartbeat)}, last seen ${sayDuration(heartbeat.ageMs)} ago` }
    : { state: 'down', detail: `no worker seen for ${sayDuration(heartbeat.ageMs)}` }
}

const askBroker = async ({ broker }: Connection, call: Call): Promise<Finding> => {
  const described = await broker.describe(call)
  return described.ok
    ? { state: 'up', detail: `cluster ${described.value.clusterId}, brokers: ${described.value.brokers}` }
    : { state: 'down', detail: described.error.detail }
}

const askRegistry = async ({ registry }: Connection, call: Call): Promise<Finding> => {
  if (!registry) return { state: 'not-configured', detail: 'no registry is configured' }
  const answered = await registry.ping(call)
  return answered.ok ? { state: 'up', detail: 'answers' } : { state: 'down', detail: answered.error.detail }
}
