import { join } from 'node:path'
import { ensureArtifact } from './artifacts.ts'
import { findFreePort } from './free-port.ts'
import { type KafkaUser, startKafka } from './kafka.ts'
import { endStackLeftovers } from './leftovers.ts'
import type { PartProcess } from './part-process.ts'
import { startPostgres } from './postgres.ts'
import { requireDiskSpace, requireJava } from './prerequisites.ts'
import { registryUrlOf, startRegistry } from './registry.ts'
import { type StackPart, stackParts } from './stack-parts.ts'

export type StackOptions = {
  readonly dataDir: string
  readonly parts?: readonly StackPart[]
  /** Preferred ports; a taken one falls to a free one. */
  readonly ports?: Partial<Record<StackPart, number>>
  /** Address port of a fault proxy before Kafka: a second listener then advertises it. */
  readonly kafkaProxyPort?: number
  /** A user whom access control lists may limit: a third listener then asks for this name and password. */
  readonly limitedUser?: KafkaUser
  /** Trade durability for speed: only for tests. */
  readonly volatile?: boolean
  readonly onProgress?: (line: string) => void
  readonly signal?: AbortSignal
}

export type RunningStack = {
  /** host:port */
  readonly brokers: string
  /** Port of Kafka's second listener, to which a fault proxy connects; null without one. */
  readonly kafkaProxyTarget: number | null
  /** host:port where the limited user logs in; null without one. */
  readonly limitedBrokers: string | null
  readonly registryUrl: string
  readonly databaseUrl: string
  readonly ports: Readonly<Record<StackPart, number>>
  stopPart(part: StackPart, how?: 'graceful' | 'kill'): Promise<void>
  /** Whether a part that was started has ended without being stopped. */
  hasEnded(part: StackPart): boolean
  /** Starts a part that was stopped or has ended again, on the same port and data. */
  startPart(part: StackPart): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts the real PostgreSQL, Kafka and schema registry, side by side, and waits until each answers. What a killed
 * predecessor on the same data folder left running is ended first. When one part fails, those already up are stopped
 * and the error says what to do (`SandboxError`).
 */
export const startStack = async (options: StackOptions): Promise<RunningStack> => {
  const { dataDir, parts = stackParts, onProgress = () => {} } = options
  const failing = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal
  requireDiskSpace(
    dataDir,
    600,
    'Another folder can be given: --data of the demo, SPILLWAY_DATA of `npm start`.',
  )
  if (parts.includes('kafka') || parts.includes('registry')) await requireJava(signal)
  await endStackLeftovers(dataDir, onProgress, parts)
  const ports = {
    postgres: await findFreePort(options.ports?.postgres),
    kafka: await findFreePort(options.ports?.kafka),
    registry: await findFreePort(options.ports?.registry),
  }
  const controllerPort = await findFreePort()
  const kafkaProxyTarget = options.kafkaProxyPort === undefined ? null : await findFreePort()
  const limitedPort = options.limitedUser === undefined ? null : await findFreePort()
  const limited =
    options.limitedUser === undefined || limitedPort === null
      ? undefined
      : { ...options.limitedUser, port: limitedPort }
  const proxied =
    options.kafkaProxyPort === undefined || kafkaProxyTarget === null
      ? undefined
      : { port: kafkaProxyTarget, advertised: options.kafkaProxyPort }
  const running = new Map<StackPart, PartProcess>()
  const wanted = new Set<StackPart>()

  const fetching = (part: StackPart) => ({
    onProgress,
    signal,
    pidFile: join(dataDir, `prepare-${part}.pid`),
  })
  const starters = {
    postgres: async () =>
      (await startPostgres({ dataDir, port: ports.postgres, volatile: options.volatile ?? false, signal }))
        .process,
    kafka: async () =>
      startKafka({
        dataDir,
        jars: await ensureArtifact('kafka', fetching('kafka')),
        port: ports.kafka,
        controllerPort,
        proxied,
        limited,
        signal,
      }),
    registry: async () =>
      startRegistry({
        dataDir,
        archiveDir: await ensureArtifact('registry', fetching('registry')),
        port: ports.registry,
        signal,
      }),
  } as const satisfies Record<StackPart, () => Promise<PartProcess>>

  const stopPart = async (part: StackPart, how: 'graceful' | 'kill' = 'graceful'): Promise<void> => {
    wanted.delete(part)
    await running.get(part)?.stop(how)
    running.delete(part)
  }
  const startPart = async (part: StackPart): Promise<void> => {
    const startedAt = performance.now()
    await stopPart(part, 'kill')
    wanted.add(part)
    running.set(part, await starters[part]())
    onProgress(
      `${part}: up on 127.0.0.1:${ports[part]} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    )
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...running.keys()].map((part) => stopPart(part)))
  }

  let first: unknown = null
  const orFail = async (part: StackPart): Promise<void> => {
    try {
      await startPart(part)
    } catch (error) {
      first ??= error
      // The others need not come up any more.
      failing.abort()
    }
  }
  await Promise.all(parts.map(orFail))
  if (first !== null) {
    await stop()
    throw first
  }
  return {
    brokers: `127.0.0.1:${ports.kafka}`,
    kafkaProxyTarget,
    limitedBrokers: limitedPort === null ? null : `127.0.0.1:${limitedPort}`,
    registryUrl: registryUrlOf(ports.registry),
    databaseUrl: `postgresql://spillway:spillway@127.0.0.1:${ports.postgres}/spillway`,
    ports,
    stopPart,
    hasEnded: (part) => wanted.has(part) && (running.get(part)?.hasEnded() ?? true),
    startPart,
    stop,
  }
}
