import { defineConfig } from '@playwright/test'
import { findBrowser } from './server/sandbox/stack/find-browser.ts'

const { executablePath, args } = await findBrowser()

/**
 * Two projects, one after the other. `journeys`: a real browser on the real stack, where all share one shop. `mocked`:
 * every page in every state by scripted answers; alone (`playwright test --project=mocked`) it starts no stack, and its
 * tests may run beside each other (`--workers=2`).
 */
export default defineConfig({
  globalSetup: './e2e/fixtures/start-everything.ts',
  workers: 1,
  fullyParallel: false,
  reporter: [['list'], ['json', { outputFile: 'test-results/browser.json' }]],
  use: {
    launchOptions: { executablePath, args: [...args] },
    viewport: { width: 1440, height: 900 },
    trace: 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    {
      name: 'mocked',
      testDir: 'e2e/mocked',
      fullyParallel: true,
      testMatch: '*.spec.ts',
      timeout: 90_000,
      expect: { timeout: 15_000 },
    },
    {
      name: 'journeys',
      testDir: 'e2e/stack',
      testMatch: '*.spec.ts',
      timeout: 120_000,
      expect: { timeout: 20_000 },
    },
  ],
})
