import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { listSources } from './build-if-needed.ts'

const root = mkdtempSync(join(tmpdir(), 'spillway-sources-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('what a build writes itself is none of its sources: it would be made anew in the place of the one that is served', () => {
  const files = [
    'next.config.ts',
    'next-env.d.ts',
    'app/page.tsx',
    'app/page.test.tsx',
    'prisma/generated/client.ts',
    'package-lock.json',
  ]
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  expect(listSources(root)).toEqual(['app/page.tsx', 'next.config.ts', 'package-lock.json'])
})
