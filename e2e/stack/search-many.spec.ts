import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'

/** The key of an order that the shop took a moment ago. */
const someKey = async (baseURL: string | undefined): Promise<string> => {
  const { messages } = await askApi<{ messages: { key: { text: string } }[] }>(
    baseURL,
    '/api/local/topics/orders/messages?limit=50',
  )
  return messages.at(-1)?.key.text ?? ''
}

test('4: where is this order, in all topics: its story as one timeline', async ({
  page,
  effort,
  baseURL,
}) => {
  const key = await someKey(baseURL)
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
  await effort.begin()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible()
  // What is found stands above the way to search: it has come before one clicks below it.
  const found = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === key)
  await page.keyboard.type(key)
  await found
  await page.getByRole('option', { name: `Search the messages of all topics for “${key}”` }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Search messages' })).toBeVisible()
  const rows = page.getByRole('table', { name: /^Messages found/ }).locator('[data-row]')
  const orders = rows.filter({ has: page.getByRole('link', { name: 'orders', exact: true }) })
  await expect(orders.first()).toContainText(key)
  // The order left traces in more than one topic, each with the time since the one before.
  await expect.poll(() => rows.count()).toBeGreaterThan(1)
  await expect(rows.first()).toContainText(/\+\d/)
  await expect(page.getByRole('status').filter({ hasText: 'all of it' })).toContainText('read')
  await effort.within(1, 'task 4 in all topics, until its story is seen')
  await orders.first().getByRole('link', { name: 'trace' }).click()
  await expect(page.getByRole('listbox', { name: 'Spans of the trace' })).toBeVisible()
  await effort.within(2, 'task 4 in all topics')
})

test('a range of the histogram narrows the search to what lies in it', async ({ page, baseURL }) => {
  const list = async () =>
    (
      await askApi<{ messages: { key: { text: string } }[] }>(
        baseURL,
        '/api/local/topics/orders/messages?limit=50',
      )
    ).messages
  // In a shop that has just begun all messages would lie in the first bar.
  await expect.poll(async () => (await list()).length, { timeout: 60_000 }).toBe(50)
  const key = (await list())[0]?.key.text ?? ''
  await page.goto(`/local/topics/orders?search=${key}`)
  const bars = page.getByRole('listbox', { name: /^Messages over time/ })
  await expect(bars.getByRole('option').first()).toBeAttached()
  await expect(page.getByRole('table', { name: /^Messages found/ }).locator('[data-row]')).toHaveCount(1)
  // The first bar holds the oldest messages of the topic, and not an order of a moment ago.
  await bars.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/after:.*before:/)
  await expect(page.getByText('No message fits the search')).toBeVisible()
  await page.getByRole('button', { name: 'All times' }).click()
  await expect(page.getByRole('table', { name: /^Messages found/ }).locator('[data-row]')).toHaveCount(1)
})

test('two topics are followed live: rows come, stand still when paused, and go on without a loss', async ({
  page,
}) => {
  await page.goto('/local/messages?topics=orders,payments')
  await page.getByRole('button', { name: 'Follow live' }).click()
  const tail = page.getByRole('region', { name: 'Live tail of 2 topics' })
  const rows = tail.locator('[data-row]')
  await expect(tail.locator('[data-tail="following"]')).toBeVisible()
  await expect.poll(() => rows.count(), { timeout: 30_000 }).toBeGreaterThan(3)
  await page.keyboard.press('Shift+P')
  await expect(tail.locator('[data-tail="paused"]')).toBeVisible()
  const still = await rows.first().textContent()
  await expect(tail.locator('[data-meanwhile]')).toContainText(/[1-9]\d* arrived meanwhile/)
  expect(await rows.first().textContent()).toBe(still)
  await tail.getByRole('button', { name: /^Show \d+ and go on/ }).click()
  await expect(rows.first()).not.toHaveText(still ?? '')
  await expect(tail.locator('[data-left-out]')).toHaveText('0 left out')
  // Partitions and offsets of a topic follow each other: nothing was lost in between.
  const offsets = await rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('[role="cell"]')].map((cell) => cell.textContent ?? '')),
  )
  const byPlace = Map.groupBy(offsets, (cells) => cells.slice(1, 3).join(' '))
  for (const [, mine] of byPlace) {
    const numbers = mine.map((cells) => Number(cells[3]?.replaceAll(',', ''))).sort((a, b) => a - b)
    for (const [place, number] of numbers.entries())
      if (place > 0) expect(number).toBe((numbers[place - 1] ?? 0) + 1)
  }
  await tail.getByRole('button', { name: 'Stop following' }).click()
  await expect(tail).toBeHidden()
})

test('a search is saved by name, opened by a colleague, deleted, and brought back', async ({ page }) => {
  const name = `Wallet payments ${Date.now()}`
  await page.goto('/local/messages?search=WALLET&topics=orders,payments')
  await page.getByRole('button', { name: 'Saved', exact: true }).click()
  const panel = page.getByRole('dialog', { name: 'Saved searches' })
  await panel.getByRole('textbox', { name: 'Name of this search' }).fill(name)
  await page.keyboard.press('Enter')
  await expect(panel.getByRole('link', { name })).toBeVisible()
  await page.goto('/local/topics/stock')
  await page.getByRole('button', { name: 'Saved', exact: true }).click()
  await panel.getByRole('link', { name }).click()
  await expect(page).toHaveURL(/\/local\/messages\?.*search=WALLET/)
  await expect(page.getByRole('button', { name: 'In 2 topics' })).toBeVisible()
  await page.getByRole('button', { name: 'Saved', exact: true }).click()
  await panel.getByRole('button', { name: `Delete ${name}` }).click()
  await panel.getByRole('button', { name: 'Undo' }).click()
  await expect(panel.getByRole('link', { name })).toBeVisible()
  await panel.getByRole('button', { name: `Delete ${name}` }).click()
  await page.goto('/local/audit')
  await expect(page.getByRole('row').filter({ hasText: 'restore search' }).first()).toContainText(name)
})
