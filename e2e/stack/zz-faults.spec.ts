import { startWorker } from '../../server/sandbox/demo/console-processes.ts'
import { expect, test } from '../fixtures/journey.ts'
import { running } from '../fixtures/running.ts'

test('Overview is never green on old data: a killed worker is said, and another takes over', async ({
  page,
}) => {
  const { workerPid, dataDir, env, webPort, otlpPort } = running()
  await page.goto('/local')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  process.kill(workerPid, 'SIGKILL')
  await expect(page.locator('[data-state="stale"]')).toContainText(/worker not checked since/, {
    timeout: 40_000,
  })
  await expect(page.getByText('Nothing is wrong')).toHaveCount(0)
  const second = await startWorker({ dataDir, env, webPort, otlpPort })
  try {
    await expect(page.locator('[data-state="stale"]')).toHaveCount(0, { timeout: 60_000 })
  } finally {
    await second.stop('graceful')
  }
})
