import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildIfNeeded } from './demo/build-if-needed.ts'
import { startShop, startWeb, startWorker } from './demo/console-processes.ts'
import { readDemoOptions, usage } from './demo/demo-options.ts'
import { supervise } from './demo/supervise.ts'
import { defaultBreakages } from './shop/shop-names.ts'
import { findFreePort } from './stack/free-port.ts'
import { endLeftover, findRunning, notePid } from './stack/part-process.ts'
import { SandboxError } from './stack/sandbox-error.ts'
import { type RunningStack, type StackPart, startStack } from './stack/start-stack.ts'

const dataDir = resolve('.spillway/demo')
const controlFile = resolve('.spillway/shop.json')
const preferred = { postgres: 54_320, kafka: 9_092, registry: 8_081, otlp: 4_318 } as const

const stopping = new AbortController()
const { signal } = stopping
const startedAt = performance.now()
const say = (line: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`)

/** Everything that was started, in order; stopped in reverse. */
const started: (() => Promise<void>)[] = []
const stopAll = async (): Promise<void> => {
  for (const stop of started.splice(0).reverse())
    await stop().catch((error: unknown) => console.error(String(error)))
}

let stoppedAt = 0
const onSignal = (): void => {
  // npm may pass on a Ctrl-C that the terminal has sent already: only a later one forces.
  if (signal.aborted && performance.now() - stoppedAt > 1_000) process.exit(1)
  if (signal.aborted) return
  stoppedAt = performance.now()
  console.log('\nStopping; a second Ctrl-C forces it.')
  stopping.abort()
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)
// The terminal was closed: nobody else would stop what was started.
process.on('SIGHUP', onSignal)

/** Side by side; when one fails the other is ended before the error is told, so that nothing half-started stays. */
const startPartsAndBuild = async (parts: readonly StackPart[]): Promise<RunningStack> => {
  const failing = new AbortController()
  const both = AbortSignal.any([signal, failing.signal])
  let first: unknown = null
  const orFail = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      first ??= error
      failing.abort()
      throw error
    }
  }
  const [stack, build] = await Promise.allSettled([
    orFail(startStack({ dataDir, parts, ports: preferred, onProgress: say, signal: both })),
    orFail(buildIfNeeded(say, both)),
  ])
  if (stack.status === 'fulfilled') started.push(() => stack.value.stop())
  if (stack.status === 'rejected' || build.status === 'rejected') throw first
  return stack.value
}

const run = async (): Promise<void> => {
  const options = readDemoOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(usage)
  const pidFile = join(dataDir, 'demo.pid')
  const other = findRunning(pidFile)
  if (other !== null)
    throw new SandboxError(
      `A demo runs in this folder already (process ${other}). Stop it with Ctrl-C where it runs, then start again.`,
    )
  notePid(pidFile, process.pid)
  started.push(async () => rmSync(pidFile, { force: true }))
  for (const part of ['shop', 'web', 'worker'])
    if (await endLeftover(join(dataDir, `${part}.pid`)))
      say(`${part}: ended what an earlier start had left running`)
  if (options.reset && existsSync(dataDir)) {
    for (const part of ['postgres', 'kafka', 'registry'])
      await endLeftover(join(dataDir, `${part}.pid`), part === 'postgres' ? 'SIGINT' : 'SIGTERM')
    rmSync(dataDir, { recursive: true, force: true })
    notePid(pidFile, process.pid)
    rmSync(controlFile, { force: true })
    say('data of the demo deleted')
  }

  const given = {
    postgres: process.env.DATABASE_URL,
    kafka: process.env.KAFKA_BROKERS,
    registry: process.env.SCHEMA_REGISTRY_URL,
  }
  const parts = (['postgres', 'kafka', 'registry'] as const satisfies readonly StackPart[]).filter(
    (part) => !given[part],
  )
  const webPort = await findFreePort(options.port)
  const otlpPort = await findFreePort(preferred.otlp)
  const stack = await startPartsAndBuild(parts)
  const env = {
    DATABASE_URL: given.postgres ?? stack.databaseUrl,
    KAFKA_BROKERS: given.kafka ?? stack.brokers,
    SCHEMA_REGISTRY_URL: given.registry ?? stack.registryUrl,
    SHOP_CONTROL_FILE: controlFile,
    // A spillway.yaml that lies here names real clusters; the demo shows its own.
    SPILLWAY_CONFIG: join(dataDir, 'no-config.yaml'),
  }
  const shared = { dataDir, env, webPort, otlpPort, signal }
  started.push(
    await supervise(
      [
        { name: 'worker', start: () => startWorker(shared) },
        ...(options.shop
          ? [
              {
                name: 'shop',
                start: async () =>
                  startShop({ ...shared, rate: options.rate, broken: defaultBreakages.join(',') }),
              },
            ]
          : []),
        { name: 'web', start: () => startWeb(shared) },
      ],
      say,
      signal,
    ),
  )
  const moved = (wanted: number, used: number): string => (wanted === used ? '' : `   (${wanted} was taken)`)
  say('up')
  console.log(`
  Console          http://localhost:${webPort}${moved(options.port, webPort)}
  Spans (OTLP)     http://127.0.0.1:${otlpPort}${moved(preferred.otlp, otlpPort)}
  Kafka            ${env.KAFKA_BROKERS}${parts.includes('kafka') ? moved(preferred.kafka, stack.ports.kafka) : '   (yours)'}
  Schema registry  ${env.SCHEMA_REGISTRY_URL}${parts.includes('registry') ? moved(preferred.registry, stack.ports.registry) : '   (yours)'}
  PostgreSQL       ${parts.includes('postgres') ? `127.0.0.1:${stack.ports.postgres}${moved(preferred.postgres, stack.ports.postgres)}` : '(yours)'}

  Listens on loopback only, because no login is configured. Logs: .spillway/demo/logs
${options.shop ? `  The shop is broken on purpose: ${defaultBreakages.join(', ')}.\n  npm run shop -- fix payment-bug     npm run shop -- status\n` : ''}  Ctrl-C stops everything and keeps the data; --reset begins anew.`)
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

try {
  await run()
} catch (error) {
  if (!signal.aborted) {
    console.error(error instanceof SandboxError ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}
await stopAll()
process.exit()
