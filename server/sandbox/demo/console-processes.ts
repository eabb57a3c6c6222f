import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { workerNodeFlags } from '../../worker/node-flags.ts'
import {
  type PartCommand,
  type PartProcess,
  startPartProcess,
  waitUntilReady,
} from '../stack/part-process.ts'
import { SandboxError } from '../stack/sandbox-error.ts'

export type ConsoleOptions = {
  readonly dataDir: string
  /** What the processes are told beside their ports: DATABASE_URL, KAFKA_BROKERS, SCHEMA_REGISTRY_URL. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly webPort: number
  readonly otlpPort: number
  readonly signal?: AbortSignal
}

const node = process.execPath
const quiet = '--disable-warning=ExperimentalWarning'
/** kafkajs sets timers in the past (tulios/kafkajs, `requestQueue`); the shop alone uses it. */
const quietShop = '--disable-warning=TimeoutNegativeWarning'
const loopback = '127.0.0.1'

const partOf = (name: string, id: string, args: readonly string[], options: ConsoleOptions): PartCommand => ({
  name,
  command: node,
  args: [quiet, ...args],
  env: {
    ...process.env,
    ...options.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: String(options.webPort),
    OTLP_PORT: String(options.otlpPort),
    SPILLWAY_PART: id,
    SPILLWAY_TRACES_ENDPOINT: `http://${loopback}:${options.otlpPort}`,
  },
  logFile: join(options.dataDir, 'logs', `${id}.log`),
  pidFile: join(options.dataDir, `${id}.pid`),
  stopSignal: 'SIGTERM',
})

const answersOk = (url: string) => async (): Promise<boolean> =>
  (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok

/** Starts a worker and waits until its span receiver answers. */
export const startWorker = async (options: ConsoleOptions): Promise<PartProcess> => {
  const part = partOf('Worker', 'worker', [...workerNodeFlags, 'server/worker/main.ts'], options)
  const running = startPartProcess(part)
  // The receiver refuses a GET, and by that shows that it is there.
  const isReady = async () => (await fetch(`http://${loopback}:${options.otlpPort}/v1/traces`)).status === 405
  await waitUntilReady(part, running, isReady, { timeoutMs: 60_000, signal: options.signal })
  return running
}

/** Starts the web process of the production build on loopback and waits until it answers with its health. */
export const startWeb = async (options: ConsoleOptions): Promise<PartProcess> => {
  if (!existsSync('.next/BUILD_ID'))
    throw new SandboxError('There is no production build. Run `npm run build` first.')
  const args = ['node_modules/next/dist/bin/next', 'start', '-H', loopback, '-p', String(options.webPort)]
  const part = partOf('Web', 'web', args, options)
  const running = startPartProcess(part)
  await waitUntilReady(part, running, answersOk(`http://${loopback}:${options.webPort}/api/health`), {
    timeoutMs: 60_000,
    signal: options.signal,
  })
  return running
}

/** Starts the shop. It waits for its broker by itself. */
export const startShop = (
  options: ConsoleOptions & { readonly rate: number; readonly broken: string },
): PartProcess =>
  startPartProcess(
    partOf('Shop', 'shop', [quietShop, 'server/sandbox/shop/main.ts'], {
      ...options,
      env: {
        SHOP_BREAK: options.broken,
        ...options.env,
        SHOP_RATE: String(options.rate),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${loopback}:${options.otlpPort}`,
      },
    }),
  )
