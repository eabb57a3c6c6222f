import { readFile } from 'node:fs/promises'
import { Kafka, logLevel } from 'kafkajs'
import { makeTopics } from '../../server/sandbox/stack/make-topics.ts'
import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'
import { running } from '../fixtures/running.ts'

const order = (customerId: string, currency = '"EUR"') =>
  `{"orderId": "by-hand", "customerId": ${customerId}, "placedAt": "2026-11-21T03:04:05.000Z", "payment": "CARD", "total": 1.50, "currency": ${currency}, "lines": []}`

test.describe.configure({ mode: 'serial' })
test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

const key = `by-hand-${Date.now()}`
/** Of its own: the shop would read what is produced by hand. */
const topic = `produced-${Date.now()}`

/** Where the messages of this key stand, the newest first: nobody else writes to the topic. */
const positionsByHand = async (baseURL: string | undefined): Promise<string[]> => {
  const { messages } = await askApi<{ messages: { position: string; key: { text: string } }[] }>(
    baseURL,
    `/api/local/topics/${topic}/messages`,
  )
  return messages.filter((one) => one.key.text === key).map(({ position }) => position)
}

test.beforeAll(async () => {
  const admin = new Kafka({ brokers: [running().brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 2 }])
  await admin.disconnect()
})

test('produce a message: refused by its schema at the field, then sent once, however often it is clicked', async ({
  page,
  baseURL,
}) => {
  await page.goto(`/local/topics/${topic}`)
  await page.getByRole('link', { name: 'Produce…' }).click()
  await page.getByRole('textbox', { name: 'Key', exact: true }).fill(key)
  // The version of the subject that the shop began with.
  // What is chosen before the page listens is lost.
  await expect(async () => {
    await page.getByLabel('Value is').selectOption('schema')
    await expect(page.getByLabel('Subject')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.getByLabel('Subject').fill('orders-value')
  await page.getByRole('textbox', { name: 'Version' }).first().fill('1')
  const text = page.getByRole('textbox', { name: 'Value', exact: true })
  await text.fill(order('9007199254740993', '5'))
  await expect(page.getByText('currency: must be a text, is the number 5')).toBeVisible()
  const button = page.getByRole('button', { name: `Produce 1 message to ${topic}` })
  await expect(button).toBeDisabled()
  const written = page.getByText(new RegExp(`^Written to ${topic},`))
  for (const customerId of ['9007199254740993', '9007199254740994']) {
    await text.fill(order(customerId))
    await expect(button).toBeEnabled()
    await button.dblclick()
    await expect(written).toBeVisible()
    if (customerId.endsWith('3')) await page.getByRole('button', { name: 'Produce another' }).click()
  }
  expect(await positionsByHand(baseURL)).toHaveLength(2)
  await page
    .getByText(new RegExp(`^Written to ${topic},`))
    .getByRole('link')
    .click()
  await expect(page.getByRole('region', { name: 'Value', exact: true })).toContainText('9007199254740994')
})

test('the message before of the same key, and none before that', async ({ page, baseURL }) => {
  const [later, earlier] = await positionsByHand(baseURL)
  await page.goto(`/local/topics/${topic}/messages/${later}`)
  await expect(page.getByRole('region', { name: 'Value', exact: true })).toContainText('9007199254740994')
  // The value stands before the page listens to keys.
  await expect(async () => {
    await page.keyboard.press('[')
    await expect(page.getByRole('heading', { level: 1, name: `${topic} ${earlier}` })).toBeVisible({
      timeout: 3_000,
    })
  }).toPass()
  await expect(page.getByRole('region', { name: 'Value', exact: true })).toContainText('9007199254740993')
  await page.keyboard.press('[')
  await expect(page.getByText(/^None of this key before it in partition \d/)).toBeVisible()
  await page.keyboard.press(']')
  await expect(page.getByRole('heading', { level: 1, name: `${topic} ${later}` })).toBeVisible()
})

test('it is copied, lossless, by keyboard', async ({ page, baseURL }) => {
  const [later] = await positionsByHand(baseURL)
  await page.goto(`/local/topics/${topic}/messages/${later}`)
  await expect(page.getByRole('region', { name: 'Value', exact: true })).toContainText('9007199254740994')
  const item = page.getByRole('menuitem', { name: 'Copy as JSON' })
  await expect(async () => {
    if (!(await item.isVisible())) await page.keyboard.press('m')
    await expect(item).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await expect(item).not.toHaveAttribute('data-disabled')
  await item.press('Enter')
  await expect(item.getByText('copied')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    '"customerId": 9007199254740994',
  )
})

test('what a search finds is exported whole, with the report', async ({ page }) => {
  await page.goto(`/local/topics/${topic}?search=key:${key}`)
  await expect(page.getByText(/2 matches|2 shown/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Export…' }).click()
  const began = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'JSON Lines' }).last().click()
  const file = await (await began).path()
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toContain('9007199254740994')
  expect(JSON.parse(lines[2] ?? '').scan).toMatchObject({ exported: 2, complete: true })
})

test('a topic opens at a position from the palette, and says what is there where nothing is', async ({
  page,
}) => {
  await page.goto('/local')
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder(/Topic, group/).fill('orders 0@999999999')
  await page.getByText('open the messages around it').click()
  await expect(page.getByText(/0@999999999 is not written yet\. Partition 0 holds offsets/)).toBeVisible()
  await page.getByRole('button', { name: /^Nearest before: 0@/ }).click()
  await expect(page).toHaveURL(/at=0(@|%40)\d+/)
  await expect(page.getByRole('table', { name: /^Messages around 0@/ })).toBeVisible()
})
