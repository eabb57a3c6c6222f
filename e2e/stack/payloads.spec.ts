import { Kafka, logLevel } from 'kafkajs'
import { makeTopics } from '../../server/sandbox/stack/make-topics.ts'
import { expect, test } from '../fixtures/journey.ts'
import { running } from '../fixtures/running.ts'

const topic = `payload-views-${Date.now()}`
const exact = '9007199254740993'
/** Ten megabytes of order lines. */
const large = `{"orderId":"order-4711","amount":${exact},"lines":[${Array.from(
  { length: 125_000 },
  (_, id) => `{"id":${id},"sku":"kettle-${id}","price":${exact},"due":"2026-11-21"}`,
).join(',')}]}`

test.beforeAll(async () => {
  const kafka = new Kafka({ brokers: [running().brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [
    { topic, numPartitions: 1, configEntries: [{ name: 'max.message.bytes', value: '30000000' }] },
  ])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({
    topic,
    messages: [
      { key: 'order-4711', value: `{"amount":${exact},"state":"new"}` },
      { key: 'order-4711', value: '{"amount":9007199254740992,"state":"new","paid":true}' },
    ],
  })
  await producer.send({ topic, messages: [{ key: 'large', value: large }] })
  await producer.disconnect()
})

test('what changed since the message before of the same key, to the last digit', async ({ page }) => {
  await page.goto(`/local/topics/${topic}/messages/0@1`)
  await page.getByRole('region', { name: 'Value' }).getByRole('button', { name: 'Diff' }).click()
  const differences = page.getByRole('group', { name: 'Value, differences' })
  await expect(differences.getByRole('row', { name: /amount/ })).toContainText(
    `changed${exact}9007199254740992`,
  )
  await expect(differences.getByRole('row', { name: /paid/ })).toContainText('added')
})

test('a decoder chosen for the topic holds for its list, until it is taken back', async ({ page }) => {
  await page.goto(`/local/topics/${topic}/messages/0@0`)
  const value = page.getByRole('region', { name: 'Value' })
  await value.getByRole('button', { name: 'Why JSON?' }).click()
  await value.getByRole('combobox').selectOption('base64')
  await expect(value.getByText('read as Base64 by choice')).toBeVisible()
  await page.goto(`/local/topics/${topic}`)
  await expect(page.getByText('eyJhbW91bnQi').first()).toBeVisible()
  await page.goto(`/local/topics/${topic}/messages/0@0`)
  await value.getByRole('button', { name: 'Why Base64?' }).click()
  await value.getByRole('combobox').selectOption('')
  await expect(page.getByRole('tree')).toContainText(`"amount": ${exact}`)
})

test('ten megabytes of JSON: the first part at once, then the whole as a tree, without freezing', async ({
  page,
}) => {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      const kept = globalThis as typeof globalThis & { longest?: number }
      for (const { duration } of list.getEntries()) kept.longest = Math.max(kept.longest ?? 0, duration)
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(`/local/topics/${topic}/messages/0@2`)
  await page.getByRole('button', { name: /^Load all/ }).click()
  const tree = page.getByRole('tree')
  await expect(tree).toContainText('125,000 items', { timeout: 60_000 })
  await page.getByLabel('Find in this payload').fill('kettle-124999')
  await expect(tree).toContainText('"sku": "kettle-124999"')
  await expect(page.getByText('lines[124999].sku')).toBeVisible()
  const longest = await page.evaluate(
    () => (globalThis as typeof globalThis & { longest?: number }).longest ?? 0,
  )
  console.log(`    longest task while 10 MB were shown: ${Math.round(longest)} ms`)
})
