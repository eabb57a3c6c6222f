import * as brokers from './answers-of-brokers.ts'
import {
  around,
  checkOf,
  copies,
  expired,
  readOnlyCheck,
  refusedBySchema,
  tombstoneCheck,
} from './answers-of-produce.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const path = '/local/topics/orders/produce'

test('what does not fit the schema stands at its field, and nothing can be sent', async ({ page }) => {
  await scriptApi(page, { ...good, checkMessage: { body: refusedBySchema } })
  await page.goto(path)
  const value = page.getByRole('region', { name: 'Value', exact: true })
  await expect(value.getByText('amount: must be a whole number, is the text "12"')).toBeVisible()
  await expect(value.getByText(/items\[1\]\.sku: is missing/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Produce 1 message to orders' })).toBeDisabled()
  expect(await faultsOf(page, 'refused by its schema')).toEqual([])
})

test('an empty form starts by the schema that the messages of its topic carry', async ({ page }) => {
  await scriptApi(page, { ...good, checkMessage: { body: checkOf() } })
  await page.goto(path)
  const value = page.getByRole('region', { name: 'Value', exact: true })
  await expect(value.getByLabel('Value is')).toHaveValue('schema')
  await expect(value.getByLabel('Subject')).toHaveValue('orders-value')
  await expect(page.getByLabel('Key is')).toHaveValue('text')
  expect(await faultsOf(page, 'by the schema that was seen')).toEqual([])
})

for (const [what, showTopicSchemas] of [
  ['fails', { problem: 'registry-unreachable', detail: 'The registry does not answer.' }],
  ['does not come', 'silence'],
] as const)
  test(`an empty form starts with JSON when what its topic carries ${what}, and keeps what is typed`, async ({
    page,
  }) => {
    const api = await scriptApi(page, { ...good, showTopicSchemas, checkMessage: { body: checkOf() } })
    await page.goto(path)
    const text = page.getByRole('textbox', { name: 'Value', exact: true })
    await text.fill('{"amount": 12}')
    await expect(page.getByLabel('Value is')).toHaveValue('json')
    // Told later, as on a return to the page: the form stays as it is.
    api.change({ ...good, checkMessage: { body: checkOf() } })
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect(page.getByLabel('Value is')).toHaveValue('json')
    await expect(text).toHaveValue('{"amount": 12}')
  })

test('a read-only connection says why nothing is sent', async ({ page }) => {
  await scriptApi(page, { ...good, checkMessage: { body: readOnlyCheck } })
  await page.goto(path)
  await expect(page.getByText(/Local is read-only: nothing is written to it/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Produce 1 message to orders' })).toBeDisabled()
  expect(await faultsOf(page, 'read-only')).toEqual([])
})

test('a tombstone says what compaction will do', async ({ page }) => {
  await scriptApi(page, { ...good, checkMessage: { body: tombstoneCheck } })
  await page.goto(path)
  await page.getByLabel('Value is').selectOption('null')
  await expect(page.getByText(/Compaction removes every earlier message of this key/)).toBeVisible()
  // What was checked before the choice is dimmed until the next answer.
  await expect(page.locator('.opacity-50')).toHaveCount(0)
  expect(await faultsOf(page, 'tombstone')).toEqual([])
})

test('production asks again with the plan; what was written is linked', async ({ page }) => {
  const [connection] = brokers.connections.connections
  if (!connection) throw new Error('there is a connection')
  const production = { name: 'production', colour: 'red', production: true } as const
  await scriptApi(page, {
    ...good,
    listConnections: { body: { connections: [{ ...connection, environment: production }] } },
    checkMessage: { body: checkOf() },
    produceMessage: { body: { topic: 'orders', partition: 3, position: '3@88213', repeated: false } },
  })
  await page.goto(path)
  await page.getByRole('button', { name: 'Produce 1 message to orders' }).click()
  const dialog = page.getByRole('dialog', { name: 'Produce 1 message to orders on production' })
  await expect(dialog).toContainText('3, by the key')
  await expect(dialog).toContainText('payments')
  expect(await faultsOf(page, 'confirmation')).toEqual([])
  await expect(dialog.getByRole('button', { name: 'Produce 1 message to orders' })).toBeDisabled()
  await dialog.getByLabel(/type orders to confirm/).fill('orders')
  await dialog.getByRole('button', { name: 'Produce 1 message to orders' }).click()
  await expect(page.getByRole('link', { name: '3@88213' })).toBeVisible()
  expect(await faultsOf(page, 'written')).toEqual([])
})

test('nothing is sent while it is not known whether this is production', async ({ page }) => {
  await scriptApi(page, { ...good, listConnections: 'silence', checkMessage: { body: checkOf() } })
  await page.goto(path)
  await expect(page.getByRole('button', { name: 'Produce 1 message to orders' })).toBeDisabled()
})

test('headers are added, ordered and removed by keyboard', async ({ page }) => {
  await scriptApi(page, { ...good, checkMessage: { body: checkOf() } })
  await page.goto(path)
  const headers = page.getByRole('region', { name: /^Headers/ })
  await headers.getByRole('button', { name: 'Add a header' }).press('Enter')
  await headers.getByRole('button', { name: 'Add a header' }).press('Enter')
  await headers.getByLabel('Header 1: name').fill('first')
  await headers.getByLabel('Header 2: name').fill('second')
  await headers.getByRole('button', { name: 'Header 2: up' }).press('Enter')
  await expect(headers.getByLabel('Header 1: name')).toHaveValue('second')
  await headers.getByRole('button', { name: 'Header 1: remove' }).press('Enter')
  await expect(headers.getByLabel('Header 1: name')).toHaveValue('first')
  // What is sent stands paler while it is checked anew.
  await expect(page.locator('.opacity-50')).toHaveCount(0)
  expect(await faultsOf(page, 'headers')).toEqual([])
})

test('a position that is gone says what the partition holds and offers the nearest', async ({ page }) => {
  const api = await scriptApi(page, { ...good, listAround: { body: expired } })
  await page.goto('/local/topics/orders?partition=4&offset=7')
  await expect(page.getByText(/4@7 is gone: retention or a deletion/)).toBeVisible()
  expect(await faultsOf(page, 'gone')).toEqual([])
  api.change({ ...good, listAround: { body: around } })
  await page.getByRole('button', { name: 'Nearest after: 4@1000' }).click()
  await expect(page).toHaveURL(/at=4(@|%40)1000/)
})

test('the menu of a message opens by its key and says what can not be copied', async ({ page }) => {
  await scriptApi(page, { ...good, copyMessage: { body: copies } })
  await page.goto('/local/topics/orders/messages/4@88004')
  await expect(page.getByRole('button', { name: /Copy, produce again/ })).toBeVisible()
  // The button stands before what it opens has loaded and listens.
  await expect(async () => {
    await page.keyboard.press('m')
    await expect(page.getByRole('menuitem', { name: 'Copy as JSON' })).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await expect(page.getByText(/kcat can not send the header "ce_id"/)).toBeVisible()
  expect(await faultsOf(page, 'menu')).toEqual([])
})

test('a choice in the menu of a row does not open the row, which has the focus again after it', async ({
  page,
}) => {
  await scriptApi(page, { ...good, copyMessage: { body: copies } })
  await page.goto('/local/topics/orders')
  const row = page.locator('[data-row="1"]')
  await row.focus()
  await expect(async () => {
    await page.keyboard.press('m')
    await expect(page.getByRole('menuitem', { name: 'Copy as JSON' })).toBeFocused({ timeout: 500 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(page.getByText('copied', { exact: true })).toBeVisible()
  await page.getByRole('menuitem', { name: 'Copy the link to this message' }).click()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
  await expect(page).not.toHaveURL(/message=/)
})

test('the menu of a message begins at its first line, and Esc closes it without leaving the page', async ({
  page,
}) => {
  await scriptApi(page, { ...good, copyMessage: 'silence' })
  await page.goto('/local/topics')
  await page.goto('/local/topics/orders/messages/4@88004')
  const first = page.getByRole('menuitem', { name: 'Copy as JSON' })
  await expect(async () => {
    await page.keyboard.press('m')
    await expect(first).toBeFocused({ timeout: 500 })
  }).toPass()
  await page.keyboard.press('Escape')
  await expect(first).toBeHidden()
  await expect(page.getByRole('button', { name: /Copy, produce again/ })).toBeFocused()
  await expect(page).toHaveURL(/messages\/4(@|%40)88004/)
})
