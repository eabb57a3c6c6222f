import { defineConfig } from '@playwright/test'
import { findBrowser } from './server/sandbox/stack/find-browser.ts'

const { executablePath, args } = await findBrowser()

/** Journeys in a real browser on the real stack, one after the other: they share one shop. */
export default defineConfig({
  testDir: 'e2e/stack',
  testMatch: '*.spec.ts',
  globalSetup: './e2e/fixtures/start-everything.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/journeys.json' }]],
  use: {
    launchOptions: { executablePath, args: [...args] },
    viewport: { width: 1440, height: 900 },
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
