import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readEnv } from './env.ts'
import { startWeb, startWorker } from './sandbox/demo/console-processes.ts'
import { supervise } from './sandbox/demo/supervise.ts'
import { findFreePort } from './sandbox/stack/free-port.ts'
import { endLeftover } from './sandbox/stack/part-process.ts'
import { SandboxError } from './sandbox/stack/sandbox-error.ts'
import { startStack } from './sandbox/stack/start-stack.ts'

/** `npm start`: web and worker of the production build; with a PostgreSQL of its own when DATABASE_URL names none. */
const stopping = new AbortController()
const { signal } = stopping
const started: (() => Promise<void>)[] = []
const onSignal = (): void => {
  if (signal.aborted) process.exit(1)
  stopping.abort()
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)

const run = async (): Promise<void> => {
  const env = readEnv()
  if (!existsSync('.next/BUILD_ID'))
    throw new SandboxError('There is no production build. Run `npm run build` first.')
  const dataDir = resolve(process.env.SPILLWAY_DATA ?? '.spillway/data')
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
