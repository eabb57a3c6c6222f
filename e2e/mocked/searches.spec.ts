import { messageOf, minutesAgo, scan } from './answers-of-messages.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Frames, scriptApi } from './script-api.ts'

const topic = '/local/topics/orders'
const megabytes = 1_000_000

type End = Extract<Frames<'searchMessages'>[number], { type: 'done' }>
const budget = {
  messages: 1_000_000_000,
  bytes: 250 * megabytes,
  durationMs: 120_000,
  mostBytes: 4_000 * megabytes,
}
const endOf = (more: Partial<End> & { readonly stop: End['scan']['stop'] }): End => {
  const { stop, ...rest } = more
  return {
    type: 'done',
    scan: {
      ...scan,
      stop,
      bytes: String(251 * megabytes),
      matches: '1',
      budget,
      coveredMs: { from: minutesAgo(58), to: null },
    },
    settledMs: null,
    nextCursor: stop === 'end' ? null : 'further',
    registryProblem: null,
    ...rest,
  }
}
const rowsOf = (...numbers: readonly number[]): Frames<'searchMessages'>[number] => ({
  type: 'rows',
  rows: numbers.map(messageOf),
})

test('a search that its budget has ended says how far it came, marks what may be overtaken, and goes on with a larger one', async ({
  page,
}) => {
  const asked: URLSearchParams[] = []
  await scriptApi(page, {
    ...good,
    searchMessages: {
      frames: (query) => {
        asked.push(query)
        return query.has('cursor')
          ? [rowsOf(9), endOf({ stop: 'end' })]
          : [rowsOf(4), endOf({ stop: 'budget' })]
      },
    },
  })
  await page.goto(`${topic}?search=key:order-9`)
  const rows = page.getByRole('table', { name: 'Messages found, newest first' }).locator('[data-row]')
  await expect(rows).toHaveCount(1)
  await expect(rows.first().getByLabel('may still be overtaken')).toBeVisible()
  const strip = page.locator('[data-state="partial"]')
  await expect(strip).toContainText(
    /1 match so far, searched back to .*\d\d:\d\d:\d\d.*the budget of 250 MB was used up/,
  )
  await page.getByLabel('Budget').selectOption({ label: '1.00 GB' })
  await expect(page).toHaveURL(/budget=1000/)
  await strip.getByRole('button', { name: 'Continue' }).click()
  await expect(rows).toHaveCount(2)
  // A newer one was found later: it stands before the one that was marked.
  await expect(rows.first()).toContainText('order-9')
  await expect(page.getByLabel('may still be overtaken')).toHaveCount(0)
  expect(asked.at(-1)?.get('budgetBytes')).toBe(String(1_000 * megabytes))
  await expect(page.getByRole('status').filter({ hasText: 'all of it' })).toContainText('of 6 partitions')
})

test('a search that found nothing so far does not read as if there were nothing', async ({ page }) => {
  await scriptApi(page, { ...good, searchMessages: { frames: () => [endOf({ stop: 'budget' })] } })
  await page.goto(`${topic}?search=key:order-9`)
  const nothing = page.locator('[data-state="filtered"]')
  await expect(nothing).toContainText('No match so far')
  await expect(nothing.getByRole('button', { name: 'Continue' })).toBeVisible()
  await expect(page.getByText('No message fits the search')).toHaveCount(0)
})

test('a search is cancelled, and goes on', async ({ page }) => {
  const api = await scriptApi(page, { ...good, searchMessages: 'silence' })
  await page.goto(`${topic}?search=key:order-1`)
  await expect(page.getByRole('status').filter({ hasText: 'Searching orders, newest first' })).toBeVisible()
  await expect(page.locator('[data-row]')).toHaveCount(0)
  await page.getByRole('button', { name: 'Cancel search' }).click()
  await expect(page.locator('[data-state="cancelled"]')).toContainText('Nothing more is read')
  api.change({ searchMessages: { frames: () => [rowsOf(1), endOf({ stop: 'end' })] } })
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.locator('[data-row]')).toHaveCount(1)
})

test('a partition that could not be read, and a search that broke off, are said over what was found', async ({
  page,
}) => {
  const end = endOf({ stop: 'error' })
  const errors = [{ topic: 'orders', partition: 3, detail: 'broker 2: connection refused' }]
  const api = await scriptApi(page, {
    ...good,
    searchMessages: { frames: () => [rowsOf(4), { ...end, scan: { ...end.scan, errors } }] },
  })
  await page.goto(`${topic}?search=key:order-4`)
  await expect(page.locator('[data-state="partial"]')).toContainText(
    'partition 3 of orders could not be read: broker 2: connection refused',
  )
  api.change({ searchMessages: { frames: () => [rowsOf(4)] } })
  await page.getByRole('button', { name: 'Search again' }).click()
  await expect(page.locator('[data-state="unreachable"]')).toContainText('What was found until then is shown')
  await expect(page.locator('[data-row]')).toHaveCount(1)
})

test('an expression is completed by the keyboard, its problem is said at the character, Enter searches by it', async ({
  page,
}) => {
  const api = await scriptApi(page, {
    ...good,
    searchMessages: { frames: () => [rowsOf(4), endOf({ stop: 'end' })] },
  })
  await page.goto(topic)
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.getByRole('button', { name: 'Expression', exact: true }).click()
  const field = page.getByRole('combobox', { name: 'Expression' })
  await field.pressSequentially('off')
  await expect(page.getByRole('option', { name: 'offset' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue('offset')
  await field.pressSequentially(' > "x"')
  await expect(page.getByRole('alert').filter({ hasText: 'Character 1' })).toContainText(
    'no such overload: int > string',
  )
  expect(api.count('searchMessages')).toBe(0)
  await field.fill('offset > 5 && size > 1')
  await expect(page.getByRole('alert').filter({ hasText: 'Character' })).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/search=where:/)
  await expect(page.locator('[data-row]')).toHaveCount(1)
  await page.getByRole('button', { name: /^Without where:/ }).click()
  await expect(page).not.toHaveURL(/where/)
})

test('order, times and transactions stand in the address, and what is uncommitted is marked', async ({
  page,
}) => {
  const row = { ...messageOf(4), transaction: 'aborted' as const }
  await scriptApi(page, {
    ...good,
    searchMessages: { frames: () => [{ type: 'rows', rows: [row] }, endOf({ stop: 'end' })] },
  })
  await page.goto(topic)
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.getByLabel('Order', { exact: true }).selectOption('Oldest first')
  await expect(page).toHaveURL(/order=oldest/)
  await page.getByLabel('Transactions').selectOption('Uncommitted too')
  await expect(page).toHaveURL(/isolation=uncommitted/)
  await page.getByLabel('Times').selectOption('Last hour')
  await expect(page).toHaveURL(/after:1h/)
  await expect(page.locator('[data-row="0"]')).toContainText('aborted')
  await expect(page.getByRole('table', { name: 'Messages found, oldest first' })).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Times')).toHaveValue('1h')
  await expect(page.getByLabel('Order', { exact: true })).toHaveValue('oldest')
  await expect(page.locator('[data-row="0"]')).toContainText('aborted')
})
