import type { Page } from '@playwright/test'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Answer, type Script, scriptApi } from './script-api.ts'

type Progress = Answer<'showExport'>

const running: Progress = {
  state: 'running',
  rows: 12_400,
  fileBytes: 8_200_000,
  messages: '2904113',
  bytes: '1310000000',
  startedAt: 0,
  endedAt: null,
  durationMs: 12_000,
  report: null,
  problem: null,
}
const report: NonNullable<Progress['report']> = {
  exported: 12_400,
  limit: 1_000_000,
  complete: true,
  stop: 'end',
  problem: null,
  registryProblem: null,
  partitions: 6,
  messages: '2904113',
  bytes: '1310000000',
  durationMs: 12_000,
  backToMs: null,
  budget: { messages: 1e9, bytes: 2e9, durationMs: 60_000 },
  errors: [],
}
const gone = 'The broker at 127.0.0.1:9092 does not answer.'
const ended = {
  complete: { ...running, state: 'complete', endedAt: 12_000, report },
  cancelled: {
    ...running,
    state: 'cancelled',
    endedAt: 12_000,
    report: { ...report, complete: false, stop: 'cancelled' },
  },
  failed: {
    ...running,
    state: 'failed',
    endedAt: 12_000,
    problem: gone,
    report: { ...report, complete: false, stop: 'error', problem: gone },
  },
  refused: { ...running, state: 'failed', rows: 0, fileBytes: 0, endedAt: 1, problem: gone },
} as const satisfies Record<string, Progress>

/** Begins the export of all of a topic as lines of JSON, and answers what is scripted. */
const begin = async (page: Page, script: Script) => {
  const api = await scriptApi(page, { ...good, ...script })
  // A download of the browser itself is no request of the page, which a script could answer: its links are kept instead.
  const downloads: string[] = []
  await page.exposeFunction('keepDownload', (address: string) => downloads.push(address))
  await page.addInitScript(() => {
    HTMLAnchorElement.prototype.click = function () {
      const { keepDownload } = window as unknown as { keepDownload: (address: string) => void }
      keepDownload(this.href)
    }
  })
  await page.goto('/local/topics/orders')
  const choose = async () => {
    const item = page.getByRole('menuitem', { name: 'JSON Lines' }).last()
    await expect(async () => {
      if (!(await item.isVisible())) await page.getByRole('button', { name: 'Export…' }).click()
      await expect(item).toBeVisible({ timeout: 2_000 })
    }).toPass()
    return item
  }
  await (await choose()).click()
  return { api, choose, downloads, dock: page.getByRole('region', { name: 'Exports' }) }
}

test('an export tells how far it is, does not begin twice, and says that it is complete', async ({
  page,
}) => {
  const { api, choose, dock, downloads } = await begin(page, { showExport: { body: running } })
  await expect(dock).toContainText('Running')
  await expect(dock).toContainText('12,400 rows · 8.20 MB · of 2,904,113 messages, 1.31 GB read in 12 s')
  await expect(await choose()).toHaveAttribute('data-disabled')
  await page.getByRole('heading', { level: 1 }).click()
  expect(downloads).toHaveLength(1)
  expect(new URL(downloads[0] ?? '').searchParams.get('exportId')).toMatch(/^[0-9a-f]{32}$/)
  api.change({ showExport: { body: ended.complete } })
  await expect(dock).toContainText('Complete')
  await expect(dock).toContainText('Everything that fits is in the file.')
  await expect(dock.getByRole('button', { name: 'Cancel' })).toHaveCount(0)
  await dock.getByRole('button', { name: 'Remove the export of orders, JSON Lines' }).click()
  await expect(dock).toHaveCount(0)
  await expect(await choose()).not.toHaveAttribute('data-disabled')
})

test('it stays in sight on other pages, and is cancelled there', async ({ page }) => {
  const { api, dock } = await begin(page, {
    showExport: { body: running },
    cancelExport: { body: running },
  })
  await page.getByRole('navigation').getByRole('link', { name: 'Schemas' }).click()
  await expect(page).toHaveURL(/schemas/)
  await dock.getByRole('button', { name: 'Cancel' }).click()
  await expect(dock).toContainText('Cancelling')
  api.change({ showExport: { body: ended.cancelled } })
  await expect(dock).toContainText('The file keeps 12,400 rows; its last line says that it was cancelled.')
  expect(api.count('cancelExport')).toBe(1)
})

test('one that is cut short says why, what the file holds, and can be begun again', async ({ page }) => {
  const { api, dock, downloads } = await begin(page, { showExport: { body: ended.failed } })
  await expect(dock).toContainText(gone)
  await expect(dock).toContainText(
    'The file holds 12,400 rows of what fits; its last line says that it is not complete.',
  )
  api.change({ showExport: { body: ended.refused } })
  await dock.getByRole('button', { name: 'Export again' }).click()
  await expect(dock).toContainText('No file was written.')
  await expect(dock.getByRole('article')).toHaveCount(1)
  expect(downloads).toHaveLength(2)
})

test('a process that was started since does not know it, and the page says what to look at', async ({
  page,
}) => {
  const { api, dock } = await begin(page, { showExport: { body: running } })
  await expect(dock).toContainText('Running')
  api.change({ showExport: { problem: 'not-found', detail: 'There is no export.' } })
  await expect(dock).toContainText('The process that was asked does not know this export')
  await expect(dock).toContainText('A file without a report in its last line was cut short.')
})

test('axe finds nothing on an export that runs, nor on one that failed', async ({ page }) => {
  const { api, dock } = await begin(page, { showExport: { body: running } })
  await expect(dock.locator('[data-export="running"]')).toBeVisible()
  expect(await faultsOf(page, 'an export')).toEqual([])
  api.change({ showExport: { body: ended.failed } })
  await expect(dock.locator('[data-export="failed"]')).toBeVisible()
  expect(await faultsOf(page, 'an export')).toEqual([])
})
