import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { runCommand } from '../stack/run-command.ts'
import { SandboxError } from '../stack/sandbox-error.ts'

const sources = [
  '{app,components,server,prisma}/**/*.{ts,tsx,css,prisma,sql}',
  '*.{ts,mjs}',
  'package-lock.json',
]
const noteFile = '.next/spillway-sources'

/** One hash over all that goes into the production build. */
export const hashSources = (): string => {
  const hash = createHash('sha256')
  for (const file of globSync(sources, {
    exclude: (name) => /node_modules|generated|\.next|next-env|\.test\./.test(name),
  }).sort())
    if (statSync(file).isFile()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** Builds for production when there is no build of the present sources. Answers whether it built. */
export const buildIfNeeded = async (
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<boolean> => {
  const wanted = hashSources()
  if (existsSync('.next/BUILD_ID') && existsSync(noteFile) && readFileSync(noteFile, 'utf8') === wanted)
    return false
  onProgress('web: building for production (only after changes)')
  const startedAt = performance.now()
  const { code, output } = await runCommand('npm', ['run', '--silent', 'build'], {
    ...(signal ? { signal } : {}),
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  if (code !== 0)
    throw new SandboxError(
      `The production build failed:\n${output.trimEnd().split('\n').slice(-20).join('\n')}`,
    )
  writeFileSync(noteFile, wanted)
  onProgress(`web: built after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  return true
}
