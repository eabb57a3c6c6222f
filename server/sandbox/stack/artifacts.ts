import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import checksums from './checksums.json' with { type: 'json' }
import { instead, requireDiskSpace } from './prerequisites.ts'
import { isAlive } from './process-group.ts'
import { runCommand } from './run-command.ts'
import { SandboxError } from './sandbox-error.ts'

export type Artifact = 'kafka' | 'registry'
type Progress = (line: string) => void

const here = fileURLToPath(new URL('.', import.meta.url))
/** The larger of the two, packed and unpacked, beside a second copy while it is checked. */
const neededMegabytes = 600
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
const titles = { kafka: 'Kafka 4.3.1', registry: 'Apicurio Registry 2.6.13' } as const satisfies Record<
  Artifact,
  string
>

/** Where fetched archives rest between starts and clones. */
export const cacheDir = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spillway')

const sha256 = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Files of a folder that are missing or differ from their pinned checksum. */
export const findBroken = async (dir: string, files: Readonly<Record<string, string>>): Promise<string[]> => {
  const broken: string[] = []
  for (const [name, pinned] of Object.entries(files)) {
    const file = join(dir, name)
    if (!existsSync(file) || (await sha256(file)) !== pinned) broken.push(name)
  }
  return broken
}

const explain = (title: string, output: string, code: number | null): SandboxError => {
  if (code === 127)
    return new SandboxError(
      `${title} must be fetched once, and Maven (mvn) is not installed.\nInstall Maven 3.8 or newer and start again, or ${instead}`,
    )
  if (/No space left on device|ENOSPC/.test(output))
    return new SandboxError(
      `${title} could not be fetched: the disk under ${cacheDir()} is full. Free ${neededMegabytes} MB, or name a folder on another disk by XDG_CACHE_HOME, and start again.`,
    )
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('[ERROR]'))
    .slice(0, 3)
  return new SandboxError(
    `${title} could not be fetched by Maven. Check the network and Maven's settings, then start again. Maven said:\n${lines.join('\n')}`,
  )
}

type FetchOptions = {
  readonly onProgress: Progress
  readonly signal?: AbortSignal | undefined
  /** Names the running Maven, for a later start to end what a killed one left. */
  readonly pidFile?: string | undefined
}

/** With `repository` Maven uses a local repository of its own: the user's may hold a damaged copy. */
const fetchInto = async (
  artifact: Artifact,
  dir: string,
  repository: string | null,
  { signal, pidFile }: FetchOptions,
): Promise<void> => {
  const args =
    artifact === 'kafka'
      ? [`${plugin}:copy-dependencies`, '-f', join(here, checksums.kafka.maven), '-DincludeScope=runtime']
      : [`${plugin}:copy`, `-Dartifact=${checksums.registry.maven}`, '-f', join(here, checksums.kafka.maven)]
  const { code, output } = await runCommand(
    'mvn',
    [
      ...['-B', '-ntp', ...args, `-DoutputDirectory=${dir}`],
      ...(repository === null ? [] : [`-Dmaven.repo.local=${repository}`]),
    ],
    { signal, pidFile },
  )
  if (code !== 0) throw explain(titles[artifact], output, code)
}

const sizeOf = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)

/** Removes what was on its way into a folder when a start was killed: `<kind>-<pid of its process>…`. */
export const removeAbandoned = (dir: string, kind: 'arriving' | 'unpacked'): void => {
  for (const name of readdirSync(dir)) {
    const [, owner] = new RegExp(`^${kind}-(\\d+)`).exec(name) ?? []
    if (owner !== undefined && !isAlive(Number(owner)))
      rmSync(join(dir, name), { recursive: true, force: true })
  }
}

const checkCached = async (artifact: Artifact, dir: string, onProgress: Progress): Promise<boolean> => {
  if (!existsSync(dir)) return false
  const broken = await findBroken(dir, checksums[artifact].files)
  if (broken.length === 0) return true
  onProgress(`${titles[artifact]}: the cached copy is damaged (${broken[0]}); fetching it again`)
  rmSync(dir, { recursive: true, force: true })
  return false
}

/**
 * The folder of an artifact's files, fetched through Maven when it is not in the cache. Fetched or cached, every file is
 * checked against the checksums pinned in checksums.json (0.3 s). What arrives broken is fetched once more past Maven's
 * local repository before it is an error (`SandboxError`).
 */
export const ensureArtifact = async (artifact: Artifact, options: FetchOptions): Promise<string> => {
  const { onProgress } = options
  const title = titles[artifact]
  const { files } = checksums[artifact]
  const pin = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)
  const dir = join(cacheDir(), `${artifact}-${pin}`)
  if (await checkCached(artifact, dir, onProgress)) return dir
  requireDiskSpace(cacheDir(), neededMegabytes, 'XDG_CACHE_HOME names another folder for the cache.')
  removeAbandoned(cacheDir(), 'arriving')
  for (const source of ['local', 'fresh'] as const) {
    const arriving = mkdtempSync(join(cacheDir(), `arriving-${process.pid}-`))
    const into = join(arriving, 'files')
    mkdirSync(into)
    const watch = setInterval(
      () => onProgress(`${title}: fetched ${Math.round(sizeOf(into) / 1e6)} MB`),
      2_000,
    )
    try {
      onProgress(`${title}: fetching through Maven (once; kept in ${cacheDir()})`)
      await fetchInto(artifact, into, source === 'local' ? null : join(arriving, 'repository'), options)
      const broken = await findBroken(into, files)
      if (broken.length === 0) {
        renameSync(into, dir)
        return dir
      }
      if (source === 'fresh')
        throw new SandboxError(
          `${title} arrived damaged: ${broken.slice(0, 3).join(', ')} do not have their pinned checksum. The repository or mirror that Maven is set to gives other files than Maven Central does. Mend that (see the mirrors in ~/.m2/settings.xml) and start again.`,
        )
      onProgress(
        `${title}: ${broken[0]} has not its pinned checksum; fetching again past Maven's local repository`,
      )
    } finally {
      clearInterval(watch)
      rmSync(arriving, { recursive: true, force: true })
    }
  }
  throw new Error('unreachable: the last source returns or throws')
}
