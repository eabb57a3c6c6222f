import { catalogue, doneChange, plannedDeletion, refusedCreation } from './answers-of-topic-changes.ts'
import { lookWithAxe } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const change = `/local/topic-changes/${plannedDeletion.id}`

test('a refused plan stays with its form and says at each field what is wrong', async ({ page }) => {
  await scriptApi(page, { ...good, planTopicChange: { body: refusedCreation } })
  await page.goto('/local/topic-changes/create')
  await page.getByLabel('Name').fill('or ders')
  await page.getByLabel('Replicas of each').fill('9')
  await page.keyboard.press('Enter')
  await expect(page.getByText('A space is not allowed.')).toBeVisible()
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Name')).toHaveAccessibleDescription(/A space is not allowed/)
  await expect(page.getByLabel('Replicas of each')).toHaveAccessibleDescription(/There are 3 brokers/)
  await expect(page.getByLabel('Partitions')).toHaveAttribute('aria-invalid', 'false')
  await expect(page).toHaveURL(/create$/)
  expect(await lookWithAxe(page, 'form')).toEqual([])
})

test('a setting is added to a form, explained, and taken out of it', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/topic-changes/create')
  await page.getByLabel('Add a setting').selectOption('cleanup.policy')
  await expect(page.getByLabel('cleanup.policy', { exact: true })).toHaveAccessibleDescription(
    /How old messages go/,
  )
  await page.getByRole('button', { name: 'Leave cleanup.policy as it is' }).click()
  await expect(page.getByLabel('cleanup.policy', { exact: true })).toHaveCount(0)
})

test('who may not create topics sees why', async ({ page }) => {
  const why = 'The connection is read-only.'
  await scriptApi(page, {
    ...good,
    listTopicSettings: { body: { ...catalogue, mayCreate: { state: 'denied', why } } },
  })
  await page.goto('/local/topic-changes/create')
  await page.getByLabel('Name').fill('orders')
  await expect(page.getByRole('button', { name: 'Show the plan' })).toBeDisabled()
  await expect(page.getByText(`Can not be done: ${why}`)).toBeVisible()
})

test('on production a deletion asks for the name, and says that it can not be undone', async ({ page }) => {
  const api = await scriptApi(page, { ...good, showTopicChange: { body: plannedDeletion } })
  await page.goto(change)
  const confirm = page.getByRole('button', { name: 'Delete orders and its 2,904,113 messages' })
  await expect(confirm).toBeDisabled()
  await expect(page.getByText('It can not be undone.')).toBeVisible()
  await expect(page.getByText('live (production)')).toBeVisible()
  await page.getByLabel(/^Type orders to confirm/).fill('order')
  await expect(confirm).toBeDisabled()
  await page.getByLabel(/^Type orders to confirm/).fill('orders')
  expect(await lookWithAxe(page, 'form')).toEqual([])
  await confirm.dblclick()
  await expect(page.getByText('The broker has made the change')).toBeVisible()
  expect(api.count('applyTopicChange')).toBe(1)
})

test('a topic that changed since is a conflict, with the way to a new plan', async ({ page }) => {
  const api = await scriptApi(page, {
    ...good,
    applyTopicChange: {
      problem: 'conflict',
      detail: 'retention.ms is 60000 now; when the plan was made it was the default. Plan it anew.',
    },
  })
  await page.goto(change)
  await page.getByRole('button', { name: 'Change retention.ms of orders' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'retention.ms is 60000 now' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Change retention.ms of orders' })).toBeDisabled()
  await page.getByRole('button', { name: 'Plan it anew' }).click()
  await expect.poll(() => api.count('planTopicChange')).toBe(1)
})

test('a change that was made offers its undo; one that failed says why', async ({ page }) => {
  const api = await scriptApi(page, { ...good, showTopicChange: { body: doneChange } })
  await page.goto(change)
  await page.getByRole('button', { name: 'Undo: set the former values…' }).click()
  await expect.poll(() => api.count('planTopicChange')).toBe(1)
  api.change({
    showTopicChange: {
      body: { ...doneChange, state: 'failed', failure: 'a policy of the broker refuses this', undo: null },
    },
  })
  await page.goto(change)
  await expect(
    page.getByRole('status').filter({ hasText: 'a policy of the broker refuses this' }),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0)
})

test('columns that were left out stay left out, filters and order stand in the address', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/topics')
  const heads = page.getByRole('columnheader')
  await expect(heads.filter({ hasText: 'Retention' })).toBeVisible()
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Retention' }).click()
  await page.keyboard.press('Escape')
  await expect(heads.filter({ hasText: 'Retention' })).toHaveCount(0)
  await page.getByRole('button', { name: 'With trouble' }).click()
  await expect(page).toHaveURL(/only=trouble/)
  await page.getByRole('button', { name: 'Newest' }).click()
  await expect(page).toHaveURL(/sort=last/)
  await page.reload()
  await expect(heads.filter({ hasText: 'Newest' })).toHaveAttribute('aria-sort', 'descending')
  await expect(page.getByRole('button', { name: 'With trouble' })).toHaveAttribute('aria-pressed', 'true')
  await expect(heads.filter({ hasText: 'Retention' })).toHaveCount(0)
  await expect(page.getByRole('cell').filter({ hasText: 'Avro, JSON' })).toBeVisible()
})

test('the configuration is searched by name, value and meaning', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/topics/orders?tab=config')
  const rows = page.getByRole('table', { name: 'Configuration' }).getByRole('row')
  await expect(rows.filter({ hasText: 'ssl.keystore' })).toBeVisible()
  await page.getByLabel('Search the settings').fill('3 kept')
  await expect(page.getByText('No setting fits these words.')).toHaveCount(0)
  await page.getByLabel('Search the settings').fill('kept at least')
  await expect(rows.filter({ hasText: 'retention.ms' })).toBeVisible()
  await expect(rows.filter({ hasText: 'ssl.keystore' })).toHaveCount(0)
  await page.getByLabel('Search the settings').fill('nothing like it')
  await expect(page.getByText('No setting fits these words.')).toBeVisible()
})

test('partitions say in words what is wrong with them, and which is larger than the others', async ({
  page,
}) => {
  await scriptApi(page, good)
  await page.goto('/local/topics/orders?tab=partitions')
  await expect(page.getByText('under-replicated: broker 3 away or behind')).toBeVisible()
  await expect(page.getByText('offline: no leader, not readable')).toBeVisible()
  await expect(page.getByText(/partition 0 holds 11\.0 GB, 2\.0 times the average/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add partitions…' })).toBeDisabled()
  await expect(page.getByText('This user has no Alter right on orders.')).toBeVisible()
})

test('a form whose address names no topic says so, and leads to the list', async ({ page }) => {
  await scriptApi(page, good)
  for (const form of ['partitions', 'settings']) {
    await page.goto(`/local/topic-changes/${form}`)
    await expect(page.locator('[data-state="missing"]')).toContainText('The address names no topic')
    await expect(page.getByRole('link', { name: 'All topics' })).toBeVisible()
  }
})

test('arrows lead from tab to tab of a topic', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/topics/orders?tab=config')
  await expect(async () => {
    await page.getByRole('tab', { name: 'Configuration' }).press('ArrowRight')
    await expect(page.getByRole('tab', { name: 'Schema' })).toBeFocused({ timeout: 1_000 })
  }).toPass()
  await expect(page).toHaveURL(/tab=schema/)
  await expect(page.getByRole('tab', { name: 'Schema' })).toHaveAttribute('aria-selected', 'true')
})

test('a page beyond the end of the list leads back to its first', async ({ page }) => {
  const list = { data: { topics: [], total: 120, unfilteredTotal: 120 }, degraded: [], checkedAt: Date.now() }
  await scriptApi(page, { ...good, listTopics: { body: list } })
  await page.goto('/local/topics?offset=9900')
  await expect(page.getByText('The list ends before this page')).toBeVisible()
  await page.getByRole('button', { name: 'First page' }).click()
  await expect(page).not.toHaveURL(/offset/)
})
