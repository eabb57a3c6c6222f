import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildIfNeeded } from './demo/build-if-needed.ts'
import { startShop, startWeb, startWorker } from './demo/console-processes.ts'
import { readDemoOptions, usage } from './demo/demo-options.ts'
import { supervise } from './demo/supervise.ts'
import { defaultBreakages } from './shop/shop-names.ts'
import { findFreePort } from './stack/free-port.ts'
import { endLeftover } from './stack/part-process.ts'
import { SandboxError } from './stack/sandbox-error.ts'
import { type StackPart, startStack } from './stack/start-stack.ts'

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

const onSignal = (): void => {
  if (signal.aborted) process.exit(1)
  console.log('\nStopping; a second Ctrl-C forces it.')
  stopping.abort()
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)

const run = async (): Promise<void> => {
  const options = readDemoOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(usage)
  for (const part of ['shop', 'web', 'worker'])
    if (await endLeftover(join(dataDir, `${part}.pid`)))
      say(`${part}: ended what an earlier start had left running`)
  if (options.reset && existsSync(dataDir)) {
    for (const part of ['postgres', 'kafka', 'registry']) await endLeftover(join(dataDir, `${part}.pid`))
    rmSync(dataDir, { recursive: true, force: true })
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
  const [stack] = await Promise.all([
    startStack({ dataDir, parts, ports: preferred, onProgress: say, signal }).then((running) => {
      started.push(() => running.stop())
      return running
    }),
    buildIfNeeded(say, signal),
  ])
  const env = {
    DATABASE_URL: given.postgres ?? stack.databaseUrl,
    KAFKA_BROKERS: given.kafka ?? stack.brokers,
    SCHEMA_REGISTRY_URL: given.registry ?? stack.registryUrl,
    SHOP_CONTROL_FILE: controlFile,
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
