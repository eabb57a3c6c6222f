import { editForm } from './answers-of-edits.ts'
import { failureGroup, failureGroupsOf } from './answers-of-failure-groups.ts'
import { minutesAgo } from './answers-of-messages.ts'
import { plan } from './answers-of-replays.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

test('what the palette finds does not move the entries below it', async ({ page }) => {
  const hit = (id: string) => ({ noun: 'topic' as const, id, title: id, detail: '' })
  const hits = ['orders', 'orders-retry-0', 'orders-dlt'].map(hit)
  const api = await scriptApi(page, { ...good, findAnything: 'silence' })
  await page.goto('/local/topics')
  const find = page.getByRole('dialog', { name: 'Find' })
  await expect(async () => {
    if (!(await find.isVisible())) await page.keyboard.press('Control+k')
    await expect(find).toBeVisible({ timeout: 500 })
  }).toPass()
  await page.keyboard.type('order')
  const below = page.getByRole('option', { name: /Search the messages of all topics for/ })
  await expect(find.getByText('Looking…')).toBeVisible()
  const before = await below.boundingBox()
  api.change({ findAnything: { body: { hits, degraded: [] } } })
  await page.keyboard.type('s')
  await expect(page.getByRole('option').filter({ hasText: 'orders-dlt' })).toBeVisible()
  expect((await below.boundingBox())?.y).toBe(before?.y)
})

test('the palette has its first entry ready for Enter, and keeps the one that somebody has moved to', async ({
  page,
}) => {
  const hit = (id: string) => ({ noun: 'topic' as const, id, title: id, detail: '' })
  const api = await scriptApi(page, {
    ...good,
    findAnything: { body: { hits: ['orders', 'orders-dlt'].map(hit), degraded: [] } },
  })
  await page.goto('/local/topics')
  const find = page.getByRole('dialog', { name: 'Find' })
  const open = () =>
    expect(async () => {
      if (!(await find.isVisible())) await page.keyboard.press('Control+k')
      await expect(find).toBeVisible({ timeout: 500 })
    }).toPass()
  const selected = page.getByRole('option', { selected: true })
  await open()
  await page.keyboard.type('o')
  await expect(selected).toContainText('orders')
  await page.keyboard.press('ArrowDown')
  await expect(selected).toContainText('orders-dlt')
  api.change({ findAnything: { body: { hits: ['orders-dlt', 'orders'].map(hit), degraded: [] } } })
  await page.keyboard.type('r')
  await expect(selected).toContainText('orders-dlt')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/local\/topics\/orders-dlt/)
})

test('a plan that was started offers no pace any more', async ({ page }) => {
  const started = { replayId: '42', number: 42, at: minutesAgo(3) }
  await scriptApi(page, { ...good, showReplayPlan: { body: { ...plan, started } } })
  await page.goto('/local/replays/plans/7')
  await expect(page.getByRole('link', { name: /^Open replay #42/ })).toBeVisible()
  await expect(page.getByLabel('Pace')).toHaveCount(0)
  await expect(page.getByLabel('Reason')).toHaveCount(0)
})

test('the edit of a pointer says that it begins with the record that died', async ({ page }) => {
  const payloadAt = { topic: 'orders', position: '3@88007' }
  await scriptApi(page, { ...good, showLetterEdit: { body: { ...editForm, payloadAt } } })
  await page.goto('/local/dead-letters/7/edit')
  await expect(page.getByText('The letter holds no payload.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders 3@88007' })).toBeVisible()
  expect(await faultsOf(page, 'edit of a pointer')).toEqual([])
})

test('the inbox says when more failure groups fit than it lists, and lists more of them', async ({
  page,
}) => {
  const { data, ...rest } = failureGroupsOf(failureGroup)
  const body = { ...rest, data: { ...data, fittingTotal: 1_234, cutAt: 200 } }
  await scriptApi(page, { ...good, listFailureGroups: { body } })
  await page.goto('/local/dead-letters')
  await expect(
    page.getByText(/^The first 200 of 1,234 groups in this order, more at the end of the list\. /),
  ).toBeVisible()
  expect(await faultsOf(page, 'cut inbox')).toEqual([])
  const asked = page.waitForRequest((request) => request.url().includes('limit=400'))
  await page.getByRole('button', { name: 'Show 200 more groups' }).click()
  await asked
  await expect(page).toHaveURL(/show=400/)
  // Another list begins with its first groups.
  await page.getByRole('button', { name: /^Resolved/ }).click()
  await expect(page).not.toHaveURL(/show=/)

  const most = { ...rest, data: { ...data, fittingTotal: 1_234, cutAt: 1_000 } }
  await scriptApi(page, { ...good, listFailureGroups: { body: most } })
  const limited = page.waitForRequest((request) => request.url().includes('limit=1000'))
  await page.goto('/local/dead-letters?show=99999')
  await limited
  await expect(page.getByText(/^The first 1,000 of 1,234 groups in this order\. /)).toBeVisible()
  await expect(page.getByRole('button', { name: /more groups$/ })).toHaveCount(0)
})

test('a narrow window shows the navigation as icons until somebody unfolds it, which is remembered', async ({
  page,
}) => {
  await scriptApi(page, good)
  const rail = page.getByRole('navigation', { name: 'Main' })
  const width = async () => (await rail.boundingBox())?.width ?? 0
  await page.goto('/local/dead-letters')
  expect(await width()).toBeGreaterThan(200)
  await page.setViewportSize({ width: 1024, height: 768 })
  expect(await width()).toBeLessThan(60)
  await expect(rail.getByRole('link', { name: /^Dead letters/ })).toHaveAttribute('title', 'Dead letters')
  expect(await faultsOf(page, 'narrow window')).toEqual([])
  await rail.getByRole('button', { name: 'Unfold navigation' }).click()
  await expect(rail.getByRole('button', { name: 'Fold' })).toBeVisible()
  expect(await width()).toBeGreaterThan(200)
  await page.reload()
  await expect(rail.getByRole('button', { name: 'Fold' })).toBeVisible()
})
