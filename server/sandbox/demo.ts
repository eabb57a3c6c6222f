import { readdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { buildIfNeeded } from './demo/build-if-needed.ts'
import { startShop, startWeb, startWorker } from './demo/console-processes.ts'
import { type DemoOptions, defaultDataDir, readDemoOptions, usage } from './demo/demo-options.ts'
import { requireReachable } from './demo/require-reachable.ts'
import { lockName, runAsSupervisor, type Supervision } from './demo/run-as-supervisor.ts'
import { keepRunning, supervise } from './demo/supervise.ts'
import { defaultBreakages } from './shop/shop-names.ts'
import { findFreePort, noteMove } from './stack/free-port.ts'
import { endLeftovers, endStackLeftovers } from './stack/leftovers.ts'
import { SandboxError } from './stack/sandbox-error.ts'
import type { StackPart } from './stack/stack-parts.ts'
import { type RunningStack, startStack } from './stack/start-stack.ts'

const startedAt = performance.now()
const say = (line: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`)

/** Side by side; when one fails the other is ended before the error is told, so that nothing half-started stays. */
const startPartsAndBuild = async (
  { ports }: DemoOptions,
  dataDir: string,
  parts: readonly StackPart[],
  { signal, onStop }: Supervision,
): Promise<RunningStack> => {
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
    orFail(startStack({ dataDir, parts, ports, onProgress: say, signal: both })),
    orFail(buildIfNeeded(say, { signal: both, pidFile: join(dataDir, 'build.pid') })),
  ])
  if (stack.status === 'fulfilled') onStop(() => stack.value.stop())
  if (stack.status === 'rejected' || build.status === 'rejected') throw first
  return stack.value
}

/** A path as the user would type it from here. */
const shorten = (path: string): string => {
  const short = relative('', path)
  return short.startsWith('..') ? path : short
}

const deleteData = (dataDir: string): void => {
  for (const name of readdirSync(dataDir))
    if (name !== lockName) rmSync(join(dataDir, name), { recursive: true, force: true })
  say('data of the demo deleted')
}

const run = async (options: DemoOptions, dataDir: string, supervision: Supervision): Promise<void> => {
  const { signal, onStop } = supervision
  await endLeftovers(dataDir, ['build', 'shop', 'web', 'worker'], say)
  await endStackLeftovers(dataDir, say)
  if (options.reset) deleteData(dataDir)

  const given = {
    DATABASE_URL: process.env.DATABASE_URL || undefined,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS || undefined,
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL || undefined,
  }
  await requireReachable(given)
  const own = {
    postgres: given.DATABASE_URL === undefined,
    kafka: given.KAFKA_BROKERS === undefined,
    registry: given.SCHEMA_REGISTRY_URL === undefined,
  }
  const wanted = options.ports
  const webPort = await findFreePort(wanted.web)
  const otlpPort = await findFreePort(wanted.otlp)
  const parts = (['postgres', 'kafka', 'registry'] as const).filter((part) => own[part])
  const stack = await startPartsAndBuild(options, dataDir, parts, supervision)
  const env = {
    DATABASE_URL: given.DATABASE_URL ?? stack.databaseUrl,
    KAFKA_BROKERS: given.KAFKA_BROKERS ?? stack.brokers,
    SCHEMA_REGISTRY_URL: given.SCHEMA_REGISTRY_URL ?? stack.registryUrl,
    SHOP_CONTROL_FILE: join(dataDir, 'shop.json'),
    // A spillway.yaml that lies here names real clusters; the demo shows its own.
    SPILLWAY_CONFIG: join(dataDir, 'no-config.yaml'),
  }
  const shared = { dataDir, env, webPort, otlpPort, signal }
  const shop = {
    name: 'shop',
    start: async () => startShop({ ...shared, rate: options.rate, broken: defaultBreakages.join(',') }),
  }
  onStop(
    await supervise(
      [
        { name: 'worker', start: () => startWorker(shared) },
        ...(options.shop ? [shop] : []),
        { name: 'web', start: () => startWeb(shared) },
      ],
      say,
      signal,
    ),
  )
  keepRunning(
    parts.map((part) => ({
      name: part,
      hasEnded: () => stack.hasEnded(part),
      restart: () => stack.startPart(part),
    })),
    say,
    signal,
  )
  const partAt = (part: StackPart, address: string): string =>
    own[part] ? `${address}${noteMove(wanted[part], stack.ports[part])}` : `${address}   (yours)`
  const folder = shorten(dataDir) === defaultDataDir ? '' : ` --data ${shorten(dataDir)}`
  say('up')
  console.log(`
  Console          http://localhost:${webPort}${noteMove(wanted.web, webPort)}
  Spans (OTLP)     http://127.0.0.1:${otlpPort}${noteMove(wanted.otlp, otlpPort)}
  Kafka            ${partAt('kafka', env.KAFKA_BROKERS)}
  Schema registry  ${partAt('registry', env.SCHEMA_REGISTRY_URL)}
  PostgreSQL       ${partAt('postgres', URL.parse(env.DATABASE_URL)?.host ?? '')}

  Listens on loopback only, because no login is configured. Logs: ${shorten(join(dataDir, 'logs'))}
${options.shop ? `  The shop is broken on purpose: ${defaultBreakages.join(', ')}.\n  npm run shop -- fix payment-bug${folder}     npm run shop -- status${folder}\n` : ''}  Ctrl-C stops everything and keeps the data; --reset begins anew.`)
  await supervision.untilStopped()
}

const readOptions = (): DemoOptions => {
  try {
    return readDemoOptions(process.argv.slice(2), process.env)
  } catch (error) {
    console.error(error instanceof SandboxError ? error.message : error)
    process.exit(1)
  }
}

const options = readOptions()
if (options.help) console.log(usage)
else {
  const dataDir = resolve(options.dataDir)
  await runAsSupervisor({
    dataDir,
    alreadyRuns: (pid) =>
      `A demo runs in ${dataDir} already (process ${pid}). Stop it with Ctrl-C where it runs, or give this one another folder with --data.`,
    run: (supervision) => run(options, dataDir, supervision),
  })
}
