import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import checksums from './checksums.json' with { type: 'json' }
import { runCommand } from './run-command.ts'
import { SandboxError } from './sandbox-error.ts'

export type Artifact = 'kafka' | 'registry'
type Progress = (line: string) => void

const here = fileURLToPath(new URL('.', import.meta.url))
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
      `${title} must be fetched, and Maven (mvn) is not installed. Install Maven 3.8 or newer and start again.`,
    )
  if (/No space left on device|ENOSPC/.test(output))
    return new SandboxError(`${title} could not be fetched: the disk is full. Free 500 MB and start again.`)
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('[ERROR]'))
    .slice(0, 3)
  return new SandboxError(
    `${title} could not be fetched by Maven. Check the network and Maven's settings, then start again. Maven said:\n${lines.join('\n')}`,
  )
}

const fetchInto = async (artifact: Artifact, dir: string, signal: AbortSignal | undefined): Promise<void> => {
  const args =
    artifact === 'kafka'
      ? [`${plugin}:copy-dependencies`, '-f', join(here, checksums.kafka.maven), '-DincludeScope=runtime']
      : [`${plugin}:copy`, `-Dartifact=${checksums.registry.maven}`, '-f', join(here, checksums.kafka.maven)]
  const { code, output } = await runCommand(
    'mvn',
    ['-B', '-ntp', ...args, `-DoutputDirectory=${dir}`],
    signal ? { signal } : {},
  )
  if (code !== 0) throw explain(titles[artifact], output, code)
}

const sizeOf = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)

/** Sum of the sizes of an artifact's own files; what was unpacked beside them does not count. */
const sizeOfFiles = (dir: string, files: Readonly<Record<string, string>>): number =>
  Object.keys(files).reduce(
    (sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

/**
 * The folder of an artifact's files, fetched through Maven when it is not in the cache and checked against the
 * checksums pinned in checksums.json. What arrives broken is deleted and fetched once more before it is an error.
 */
export const ensureArtifact = async (
  artifact: Artifact,
  onProgress: Progress,
  signal?: AbortSignal,
): Promise<string> => {
  const { files } = checksums[artifact]
  const pin = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)
  const dir = join(cacheDir(), `${artifact}-${pin}`)
  const verified = join(dir, '.verified')
  if (existsSync(verified) && readFileSync(verified, 'utf8') === String(sizeOfFiles(dir, files))) return dir
  if (existsSync(dir)) {
    onProgress(`${titles[artifact]}: the cached copy is damaged; fetching it again`)
    rmSync(dir, { recursive: true, force: true })
  }
  mkdirSync(cacheDir(), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    const arriving = mkdtempSync(join(cacheDir(), 'arriving-'))
    const watch = setInterval(
      () => onProgress(`${titles[artifact]}: fetched ${Math.round(sizeOf(arriving) / 1e6)} MB`),
      2_000,
    )
    try {
      onProgress(`${titles[artifact]}: fetching through Maven (once; kept in the cache)`)
      await fetchInto(artifact, arriving, signal)
      const broken = await findBroken(arriving, files)
      if (broken.length === 0) {
        writeFileSync(join(arriving, '.verified'), String(sizeOfFiles(arriving, files)))
        renameSync(arriving, dir)
        return dir
      }
      if (attempt === 2)
        throw new SandboxError(
          `${titles[artifact]} arrived damaged twice: ${broken.slice(0, 3).join(', ')} do not have their pinned checksum. Clear Maven's local repository of it and start again.`,
        )
    } finally {
      clearInterval(watch)
      rmSync(arriving, { recursive: true, force: true })
    }
  }
}
