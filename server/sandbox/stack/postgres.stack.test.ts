import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
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
