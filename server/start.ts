import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readEnv } from './env.ts'
import { startWeb, startWorker } from './sandbox/demo/console-processes.ts'
import { requireReachable } from './sandbox/demo/require-reachable.ts'
import { runAsSupervisor, type Supervision } from './sandbox/demo/run-as-supervisor.ts'
import { supervise } from './sandbox/demo/supervise.ts'
import { findFreePort, noteMove } from './sandbox/stack/free-port.ts'
import { endLeftovers } from './sandbox/stack/leftovers.ts'
import { SandboxError } from './sandbox/stack/sandbox-error.ts'
import { startStack } from './sandbox/stack/start-stack.ts'

const dataDir = resolve(process.env.SPILLWAY_DATA ?? '.spillway/data')
const say = (line: string): void => console.log(line)

/** `npm start`: web and worker of the production build; with a PostgreSQL of its own when DATABASE_URL names none. */
const run = async ({ signal, onStop, untilStopped }: Supervision): Promise<void> => {
  const env = readEnv()
  if (!existsSync('.next/BUILD_ID'))
    throw new SandboxError('There is no production build. Run `npm run build` first.')
  await endLeftovers(dataDir, ['web', 'worker'], say)
  // A cluster that is away is shown on screen; without its database nothing can be shown.
  await requireReachable({ DATABASE_URL: env.DATABASE_URL })
  const webPort = await findFreePort(env.PORT)
  const otlpPort = await findFreePort(env.OTLP_PORT)
  let databaseUrl = env.DATABASE_URL
  if (databaseUrl === undefined) {
    say(`DATABASE_URL is not set: starting a PostgreSQL of our own in ${dataDir}`)
    const stack = await startStack({ dataDir, parts: ['postgres'], onProgress: say, signal })
    onStop(() => stack.stop())
    databaseUrl = stack.databaseUrl
  }
  const shared = { dataDir, env: { DATABASE_URL: databaseUrl }, webPort, otlpPort, signal }
  const parts = [
    { name: 'worker', start: () => startWorker(shared) },
    { name: 'web', start: () => startWeb(shared) },
  ]
  onStop(await supervise(parts, say, signal))
  if (env.KAFKA_BROKERS === undefined && !existsSync(env.SPILLWAY_CONFIG))
    say('No connection is configured: set KAFKA_BROKERS or write spillway.yaml (see spillway.example.yaml).')
  say(`Spillway is at     http://localhost:${webPort}${noteMove(env.PORT, webPort)}`)
  say(`Spans are taken at http://127.0.0.1:${otlpPort}${noteMove(env.OTLP_PORT, otlpPort)}`)
  say('It listens on loopback only, because no login is configured.')
  await untilStopped()
}

await runAsSupervisor({
  dataDir,
  alreadyRuns: (pid) =>
    `Spillway runs in ${dataDir} already (process ${pid}). Stop it first, or set SPILLWAY_DATA to another folder.`,
  run,
})
