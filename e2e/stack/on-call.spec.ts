import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'
import { fixShop } from '../fixtures/shop-control.ts'

test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ baseURL }) => {
  // The shop needs a moment until its failures are known: letters grouped, a group behind.
  await expect
    .poll(
      async () => {
        const { data } = await askApi<{
          data: { troubles: { kind: string }[] }
        }>(baseURL, '/api/local/overview')
        return data.troubles.map(({ kind }) => kind)
      },
      { timeout: 110_000, intervals: [2_000] },
    )
    .toEqual(expect.arrayContaining(['failure-group', 'group-behind']))
})

test('1: what is wrong right now, and since when', async ({ page, effort }) => {
  await effort.begin()
  await page.goto('/')
  const problems = page.getByRole('list', { name: 'Problems, worst first' })
  await expect(problems.getByText('payments keeps failing on orders').first()).toBeVisible()
  await expect(problems.getByText(/^since \d/).first()).toBeVisible()
  await expect(problems.getByText(/inventory falls behind/).first()).toBeVisible()
  await effort.within(0, 'task 1')
})

test('2: dead letters of payments: the error, its stack, a sample payload', async ({ page, effort }) => {
  await page.goto('/')
  await effort.begin()
  await page
    .getByRole('listitem')
    .filter({ hasText: /payments keeps failing on orders.*TypeError/s })
    .getByRole('link', { name: 'Open failure group' })
    .click()
  await expect(page.getByRole('heading', { level: 1, name: 'TypeError' })).toBeVisible()
  await expect(page.getByRole('group', { name: 'Stack trace' })).toContainText(
    "Cannot read properties of undefined (reading 'last4')",
  )
  const sample = page.getByRole('region', { name: 'Sample payload' })
  await expect(sample.getByRole('group', { name: 'Value' })).toContainText('"payment": "WALLET"')
  // 64-bit ids beyond 2^53 stand as they were written.
  await expect(sample.getByRole('group', { name: 'Value' })).toContainText(/"customerId": 90071992547\d{5}/)
  await effort.within(2, 'task 2')
})

test('3: the fix is out: replay the letters and see that they worked', async ({ page, effort, baseURL }) => {
  fixShop('payment-bug')
  await page.waitForTimeout(6_000)
  await page.goto('/')
  await effort.begin()
  await page
    .getByRole('listitem')
    .filter({ hasText: /payments (keeps failing|failed) on orders.*TypeError/s })
    .getByRole('link', { name: 'Open failure group' })
    .click()
  await page.getByRole('button', { name: /^Replay [\d,]+…$/ }).click()
  await expect(
    page.getByRole('heading', { level: 1, name: /^Replay [\d,]+( of [\d,]+)? dead letters$/ }),
  ).toBeVisible()
  await expect(page.getByText('kafka_dlt-exception-stacktrace', { exact: false })).toBeVisible()
  await page.getByRole('button', { name: /^Replay [\d,]+ to orders$/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Replay #\d+/ })).toBeVisible()
  const id = new URL(page.url()).pathname.split('/').at(-1)
  await effort.within(4, 'task 3, until the replay runs')
  await expect
    .poll(async () => (await askApi<{ state: string }>(baseURL, `/api/local/replays/${id}`)).state, {
      timeout: 90_000,
      intervals: [1_000],
    })
    .toBe('done')
  const replay = await askApi<{
    total: number
    outcomes: Record<string, number>
  }>(baseURL, `/api/local/replays/${id}`)
  expect(replay.total).toBeGreaterThan(5)
  expect(replay.outcomes.SETTLED).toBe(replay.total)
  await expect(page.locator('[data-outcome="SETTLED"]')).toContainText(String(replay.total))
  await expect(page.getByText(/consumed by payments by .* committed/).first()).toBeVisible()
  await effort.within(4, 'task 3, until every copy has settled')
})

test('4 and 5: where is this order, by its key in one topic, and why did it take so long', async ({
  page,
  effort,
  baseURL,
}) => {
  const { messages } = await askApi<{
    messages: { key: { text: string } }[]
  }>(baseURL, '/api/local/topics/orders/messages?limit=50')
  const key = messages.at(-1)?.key.text ?? ''
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
  await effort.begin()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible()
  await page.keyboard.type('orders')
  const topic = page
    .getByRole('option')
    .filter({ hasText: /^Topicorders(?!-)/ })
    .first()
  await topic.click()
  await expect(page.getByRole('heading', { level: 1, name: 'orders' })).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type(key)
  await page.keyboard.press('Enter')
  // The newest messages hold the key too: the rows meant are those of the search.
  await expect(page).toHaveURL(/search=/)
  await expect(page.getByRole('button', { name: `Without ${key}` })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: key })
  await expect(row.first()).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: /match/ })).toContainText('read')
  await effort.within(2, 'task 4')

  await effort.begin()
  await row.first().getByRole('link', { name: 'trace' }).click()
  await expect(page.locator('[data-waited]')).toContainText('waited in queues')
  await expect(page.getByRole('listbox', { name: 'Spans of the trace' })).toContainText('process orders')
  await effort.within(1, 'task 5')
})

test('6: will this consumer group catch up, when, and does it lose data first', async ({ page, effort }) => {
  await page.goto('/')
  await effort.begin()
  await page
    .getByRole('listitem')
    .filter({ hasText: 'inventory falls behind' })
    .getByRole('link', { name: 'Open group' })
    .click()
  await expect(page.locator('[data-verdict]')).toContainText(
    /inventory falls behind on payments: lag [\d,]+, growing/,
  )
  await expect(page.getByText('not at this rate')).toBeVisible()
  await expect(page.locator('[data-margin]')).toContainText(
    /at this rate data is lost in \d+ d .* at the earliest: the oldest unread message of payments is .* old, the topic keeps \d+ d/,
  )
  await expect(page.getByRole('img', { name: 'Lag of inventory over the last hour' })).toBeVisible()
  await effort.within(1, 'task 6')
})
