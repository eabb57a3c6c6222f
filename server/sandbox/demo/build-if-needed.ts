import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runCommand } from '../stack/run-command.ts'
import { diskIsFull, SandboxError } from '../stack/sandbox-error.ts'

const sources = [
  '{app,components,server,prisma}/**/*.{ts,tsx,css,prisma,sql}',
  '*.{ts,mjs}',
  'package-lock.json',
]
/** What the build itself writes, and what does not go into it. */
const notBuilt = /node_modules|generated|\.next|next-env|\.test\./
const noteFile = '.next/spillway-sources'

/**
 * The files below `root` that go into the production build, sorted. None that the build itself writes: a build that is
 * made once more in the place of one that is served takes its files away.
 */
export const listSources = (root = '.'): readonly string[] =>
  globSync(sources, { cwd: root })
    .filter((file) => !notBuilt.test(file))
    .sort()

/** One hash over all that goes into the production build. */
export const hashSources = (): string => {
  const hash = createHash('sha256')
  for (const file of listSources()) if (statSync(file).isFile()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** Builds for production when there is no build of the present sources. Answers whether it built. */
export const buildIfNeeded = async (
  onProgress: (line: string) => void,
  options: { readonly signal?: AbortSignal; readonly pidFile?: string } = {},
): Promise<boolean> => {
  const wanted = hashSources()
  if (existsSync('.next/BUILD_ID') && existsSync(noteFile) && readFileSync(noteFile, 'utf8') === wanted)
    return false
  // A build that is broken off leaves half of the new beside the old.
  rmSync(noteFile, { force: true })
  onProgress('web: building for production (only after changes)')
  const startedAt = performance.now()
  const { code, output } = await runCommand('npm', ['run', '--silent', 'build'], {
    ...options,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  if (code !== 0)
    throw new SandboxError(
      /ENOSPC|No space left on device/.test(output)
        ? diskIsFull('The production build could not be written', resolve('.next'))
        : `The production build failed:\n${output.trimEnd().split('\n').slice(-20).join('\n')}`,
    )
  writeFileSync(noteFile, wanted)
  onProgress(`web: built after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  return true
}
