import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { buildIfNeeded } from '../../server/sandbox/demo/build-if-needed.ts'
import { startWeb } from '../../server/sandbox/demo/console-processes.ts'
import { findFreePort } from '../../server/sandbox/stack/free-port.ts'
import { untilListening } from '../fixtures/until-listening.ts'

/** Where nothing listens: every answer a page gets is scripted. */
const nowhere = '127.0.0.1:9'

/** A page of the production build alone: no broker, no database, and no page made with its answers. */
export const test = base.extend<object, { web: string }>({
  web: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      await buildIfNeeded((line) => console.log(`  ${line}`))
      const dataDir = mkdtempSync(join(tmpdir(), 'spillway-mocked-'))
      const webPort = await findFreePort()
      const env = {
        DATABASE_URL: `postgresql://nobody@${nowhere}/nothing`,
        KAFKA_BROKERS: nowhere,
        SPILLWAY_PREFETCH: 'off',
        LOG_LEVEL: 'silent',
      }
      const web = await startWeb({ dataDir, env, webPort, otlpPort: 9 })
      await use(`http://127.0.0.1:${webPort}`)
      await web.stop('graceful')
      rmSync(dataDir, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  baseURL: async ({ web }, use) => {
    await use(web)
  },
  page: async ({ page }, use) => {
    await use(untilListening(page))
  },
})

export { expect }
