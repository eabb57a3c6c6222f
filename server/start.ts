import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readEnv } from './env.ts'
import { startWeb, startWorker } from './sandbox/demo/console-processes.ts'
import { supervise } from './sandbox/demo/supervise.ts'
import { findFreePort } from './sandbox/stack/free-port.ts'
import { endLeftover, findRunning, notePid } from './sandbox/stack/part-process.ts'
import { SandboxError } from './sandbox/stack/sandbox-error.ts'
import { startStack } from './sandbox/stack/start-stack.ts'

/** `npm start`: web and worker of the production build; with a PostgreSQL of its own when DATABASE_URL names none. */
const stopping = new AbortController()
const { signal } = stopping
const started: (() => Promise<void>)[] = []
let stoppedAt = 0
const onSignal = (): void => {
  // npm may pass on a Ctrl-C that the terminal has sent already: only a later one forces.
  if (signal.aborted && performance.now() - stoppedAt > 1_000) process.exit(1)
  if (signal.aborted) return
  stoppedAt = performance.now()
  stopping.abort()
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)
// The terminal was closed: nobody else would stop what was started.
process.on('SIGHUP', onSignal)

const run = async (): Promise<void> => {
  const env = readEnv()
  if (!existsSync('.next/BUILD_ID'))
    throw new SandboxError('There is no production build. Run `npm run build` first.')
  const dataDir = resolve(process.env.SPILLWAY_DATA ?? '.spillway/data')
  const pidFile = join(dataDir, 'start.pid')
  const other = findRunning(pidFile)
  if (other !== null)
    throw new SandboxError(
      `Spillway runs from this folder already (process ${other}). Stop it first, or set SPILLWAY_DATA to another folder.`,
    )
  notePid(pidFile, process.pid)
  started.push(async () => rmSync(pidFile, { force: true }))
  for (const part of ['web', 'worker'])
    if (await endLeftover(join(dataDir, `${part}.pid`)))
      console.log(`${part}: ended what an earlier start had left running`)
  const webPort = await findFreePort(env.PORT)
  const otlpPort = await findFreePort(env.OTLP_PORT)
  let databaseUrl = env.DATABASE_URL
  if (databaseUrl === undefined) {
    console.log(`DATABASE_URL is not set: starting a PostgreSQL of our own in ${dataDir}`)
    const stack = await startStack({ dataDir, parts: ['postgres'], signal })
    started.push(() => stack.stop())
    databaseUrl = stack.databaseUrl
  }
  const shared = { dataDir, env: { DATABASE_URL: databaseUrl }, webPort, otlpPort, signal }
  const parts = [
    { name: 'worker', start: () => startWorker(shared) },
    { name: 'web', start: () => startWeb(shared) },
  ]
  started.push(await supervise(parts, (line) => console.log(line), signal))
  if (env.KAFKA_BROKERS === undefined && !existsSync(env.SPILLWAY_CONFIG))
    console.log(
      'No connection is configured: set KAFKA_BROKERS or write spillway.yaml (see spillway.example.yaml).',
    )
  const note = webPort === env.PORT ? '' : ` (${env.PORT} was taken)`
  console.log(
    `Spillway is at http://localhost:${webPort}${note}, spans are taken at http://127.0.0.1:${otlpPort}.`,
  )
  console.log('It listens on loopback only, because no login is configured.')
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

try {
  await run()
} catch (error) {
  if (!signal.aborted) {
    console.error(error instanceof SandboxError ? error.message : error)
    process.exitCode = 1
  }
}
for (const stop of started.reverse()) await stop().catch((error: unknown) => console.error(String(error)))
process.exit()
