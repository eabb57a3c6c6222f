import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { endLeftover, findRunning } from './leftovers.ts'
import { startStack } from './start-stack.ts'

it('a second start ends what a killed first one left running, and starts on the same data', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-leftovers-'))
  const pidFile = join(dataDir, 'postgres.pid')
  const program = `import { startStack } from ${JSON.stringify(new URL('./start-stack.ts', import.meta.url).href)}
    await startStack({ dataDir: ${JSON.stringify(dataDir)}, parts: ['postgres'], volatile: true })
    console.log('up'); setInterval(() => {}, 1000)`
  const first = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
  ])
  await new Promise<void>((resolve) => first.stdout.once('data', () => resolve()))
  first.kill('SIGKILL')
  const left = findRunning(pidFile)
  expect(left).not.toBeNull()
  const said: string[] = []
  const second = await startStack({
    dataDir,
    parts: ['postgres'],
    volatile: true,
    onProgress: (line) => said.push(line),
  })
  expect(said[0]).toContain('ended what an earlier start had left running')
  expect(findRunning(pidFile)).not.toBe(left)
  await second.stop()
  expect(findRunning(pidFile)).toBeNull()
  rmSync(dataDir, { recursive: true, force: true })
})

it('a pid that was given to another process is left alone', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-leftovers-'))
  const pidFile = join(dataDir, 'web.pid')
  writeFileSync(pidFile, `${process.pid} 1`)
  expect(await endLeftover(pidFile)).toBe(false)
  expect(() => readFileSync(pidFile)).toThrow()
  rmSync(dataDir, { recursive: true, force: true })
})
