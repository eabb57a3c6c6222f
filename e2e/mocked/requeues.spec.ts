import { requeuePlan, waiting } from './answers-of-requeues.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const path = '/local/topics/orders-retry-0/waiting'

test('from a retry topic’s page by keyboard to a plan of what waits there', async ({ page }) => {
  const asked: unknown[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/waiting/plans'))
      asked.push(request.postDataJSON())
  })
  await scriptApi(page, {
    ...good,
    planRequeue: { body: requeuePlan },
    showReplayPlan: { body: requeuePlan },
  })
  await page.goto('/local/topics/orders-retry-0')
  const lead = page.getByRole('link', { name: 'Requeue waiting messages…' })
  await expect(async () => {
    await lead.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${path}`, { timeout: 2_000 })
  }).toPass()
  await expect(page.getByText('7 messages wait')).toBeVisible()
  const requeue = page.getByRole('region', { name: 'Requeue' })
  await expect(requeue.getByRole('radio', { name: /Send to the last retry/ })).toBeDisabled()
  await expect(requeue.getByText('orders-retry-0 is the last retry topic already.')).toBeVisible()
  await expect(requeue.getByRole('button', { name: 'Choose what to do' })).toBeDisabled()
  await expect(async () => {
    await requeue.getByRole('radio', { name: /Park/ }).focus()
    await page.keyboard.press('Space')
    await expect(requeue.getByRole('button', { name: 'Plan: park, 7 messages' })).toBeEnabled({
      timeout: 1_000,
    })
  }).toPass()
  await page.keyboard.press('ArrowUp')
  await expect(requeue.getByText(/would stand behind its own original/)).toBeVisible()
  await page.getByRole('checkbox', { name: 'Choose row 1' }).check()
  await page.getByRole('checkbox', { name: 'Choose row 2' }).check()
  expect(await faultsOf(page, 'waiting')).toEqual([])
  await requeue.getByRole('button', { name: 'Plan: skip the wait, 2 messages' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/replays/plans/7')
  expect(asked).toEqual([{ action: 'skip-wait', positions: ['0@4100', '1@4101'] }])
})

test('a plan to requeue says where, why and who reads the originals again, and asks for agreement', async ({
  page,
}) => {
  await scriptApi(page, { ...good, showReplayPlan: { body: requeuePlan } })
  await page.goto('/local/replays/plans/7')
  await expect(page.getByRole('heading', { name: 'Requeue 5 of 6 waiting messages' })).toBeVisible()
  await expect(page.getByText(/payments-retry reads them again when they are due/)).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders-retry-0' }).first()).toHaveAttribute('href', path)
  const start = page.getByRole('button', { name: 'Requeue 5 to orders' })
  await expect(start).toBeDisabled()
  await expect(async () => {
    await page.getByRole('checkbox', { name: /Processing them twice does no harm/ }).check()
    await expect(start).toBeEnabled({ timeout: 1_000 })
  }).toPass()
  expect(await faultsOf(page, 'plan of a requeue')).toEqual([])
})

test('a topic that no group reads, and one of which not all was looked through, say so', async ({ page }) => {
  const list = { ...waiting, readers: [], isWhole: false, waiting: 20_000, matching: 20_000 }
  await scriptApi(page, { ...good, listWaiting: { body: list } })
  await page.goto(path)
  await expect(page.getByText('the first 20,000 messages wait')).toBeVisible()
  await expect(page.getByText('No group reads this topic: nothing is tried again from here.')).toBeVisible()
  await expect(page.getByText('first 7 of 20,000')).toBeVisible()
  expect(await faultsOf(page, 'nobody reads')).toEqual([])
})
