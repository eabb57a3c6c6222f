import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeAbandoned } from './artifacts.ts'
import { type PartCommand, type PartProcess, startPartProcess, waitUntilReady } from './part-process.ts'
import { runCommand } from './run-command.ts'
import { diskIsFull, SandboxError } from './sandbox-error.ts'

export type RegistryOptions = {
  readonly dataDir: string
  /** Folder with the archive. */
  readonly archiveDir: string
  readonly port: number
  readonly signal?: AbortSignal | undefined
}

const unpack = async ({ archiveDir, dataDir, signal }: RegistryOptions): Promise<string> => {
  const dir = join(archiveDir, 'unpacked')
  if (existsSync(dir)) return dir
  const archive = readdirSync(archiveDir).find((name) => name.endsWith('.tar.gz'))
  if (archive === undefined) throw new SandboxError(`The schema registry's archive is not in ${archiveDir}.`)
  removeAbandoned(archiveDir, 'unpacked')
  const arriving = `${dir}-${process.pid}`
  mkdirSync(arriving, { recursive: true })
  try {
    const { code, output } = await runCommand('tar', ['-xzf', join(archiveDir, archive), '-C', arriving], {
      signal,
      pidFile: join(dataDir, 'prepare-registry.pid'),
    })
    if (code !== 0)
      throw new SandboxError(
        /No space left on device/.test(output)
          ? diskIsFull('The schema registry could not be unpacked', archiveDir)
          : `The schema registry could not be unpacked:\n${output}`,
      )
    if (!existsSync(dir)) renameSync(arriving, dir)
    return dir
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
}

/** The Confluent-compatible API of a registry on this port. */
export const registryUrlOf = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`

/** Starts Apicurio Registry 2.6. It keeps schemas in memory: who uses it registers them at start. */
export const startRegistry = async (options: RegistryOptions): Promise<PartProcess> => {
  const libraries = await unpack(options)
  const jar = join(libraries, 'apicurio-registry-app-2.6.13.Final-runner.jar')
  const part: PartCommand = {
    name: 'Schema registry',
    command: 'java',
    args: [
      ...['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...[`-Dquarkus.http.port=${options.port}`, '-Dquarkus.http.host=127.0.0.1', '-Dquarkus.log.level=WARN'],
      ...['-jar', jar],
    ],
    logFile: join(options.dataDir, 'logs', 'registry.log'),
    pidFile: join(options.dataDir, 'registry.pid'),
    stopSignal: 'SIGTERM',
  }
  const running = startPartProcess(part)
  const isReady = async () => (await fetch(`${registryUrlOf(options.port)}/subjects`)).ok
  await waitUntilReady(part, running, isReady, { timeoutMs: 90_000, signal: options.signal })
  return running
}
