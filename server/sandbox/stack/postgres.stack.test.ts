import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findRunning } from './leftovers.ts'
import { startStack } from './start-stack.ts'

it('a data folder of another PostgreSQL is left as it is, and said with what to do', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-postgres-'))
  const versionFile = join(dataDir, 'postgres', 'PG_VERSION')
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(versionFile, '17\n')
  await expect(startStack({ dataDir, parts: ['postgres'] })).rejects.toThrow(
    /was written by PostgreSQL 17, and this is 18, which can not open it\.\nUse another data folder/,
  )
  expect(readFileSync(versionFile, 'utf8')).toBe('17\n')
  rmSync(dataDir, { recursive: true, force: true })
})

it('a part that has ended by itself is told apart from one that was stopped, and starts again on its port', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-postgres-'))
  const stack = await startStack({ dataDir, parts: ['postgres'], volatile: true })
  const pidOf = () => findRunning(join(dataDir, 'postgres.pid')) ?? 0
  expect(stack.hasEnded('postgres')).toBe(false)
  const first = pidOf()
  process.kill(first, 'SIGKILL')
  await expect.poll(() => stack.hasEnded('postgres')).toBe(true)
  await stack.startPart('postgres')
  expect([stack.hasEnded('postgres'), pidOf() !== first]).toEqual([false, true])
  await stack.stopPart('postgres')
  expect([stack.hasEnded('postgres'), pidOf()]).toEqual([false, 0])
  rmSync(dataDir, { recursive: true, force: true })
})
