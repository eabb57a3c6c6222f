import { lettersFrom, messagesFrom } from './answers-of-messages.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const group = '/local/failure-groups/a37c9b4b4d4c76d5'
const topic = '/local/topics/orders'

test('in a list of 500 rows the keyboard keeps its row, also when it is scrolled out of sight', async ({
  page,
}) => {
  await scriptApi(page, { ...good, listDeadLetters: { body: lettersFrom(500, 500) } })
  await page.goto(group)
  const rows = page.getByRole('table', { name: 'Dead letters' }).locator('[data-row]')
  await expect(rows.first()).toBeVisible()
  expect(await rows.count()).toBeLessThan(120)
  await page.locator('[data-row="0"]').focus()
  await page.keyboard.press('End')
  await expect(page.locator('[data-row="499"]')).toBeFocused()
  await page.keyboard.press('PageUp')
  await page.keyboard.press('Home')
  await expect(page.locator('[data-row="0"]')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('[data-row="1"]')).toBeFocused()
  // Scrolled far away by wheel, the row is still the one the next key starts from.
  await rows.first().evaluate((row) => row.closest('.overflow-y-auto')?.scrollTo(0, 8_000))
  await expect(page.locator('[data-row="290"]')).toBeVisible()
  await expect(page.locator('[data-row="1"]')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('[data-row="2"]')).toBeFocused()
  await expect(page.locator('[data-row="2"]')).toBeInViewport()
})

test('Space chooses a row, Shift with a move or a click a range', async ({ page }) => {
  await scriptApi(page, { ...good, listDeadLetters: { body: lettersFrom(40, 30) } })
  await page.goto(group)
  const chosen = page.getByRole('checkbox', { name: /^Choose row/, checked: true })
  await page.locator('[data-row="2"]').focus()
  await page.keyboard.press('Space')
  await expect(chosen).toHaveCount(1)
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(chosen).toHaveCount(3)
  await page.keyboard.press('Shift+ArrowUp')
  await expect(chosen).toHaveCount(2)
  const cell = page.locator('[data-row="9"]').getByRole('cell').nth(3)
  await cell.click({ modifiers: ['Shift'] })
  await expect(chosen).toHaveCount(8)
  await expect(page.getByRole('button', { name: 'Plan replay of 8' })).toBeVisible()
  await expect(page).toHaveURL(/failure-groups\/a37c9b4b4d4c76d5$/)
})

test('the details beside a list follow j and k, stand in the address, open as a page and close', async ({
  page,
}) => {
  await scriptApi(page, good)
  await page.goto(topic)
  await page.locator('[data-row="3"]').getByRole('cell').first().click()
  const details = page.getByRole('region', { name: /^Details: orders/ })
  await expect(details).toBeVisible()
  await expect(page).toHaveURL(/message=/)
  const third = new URL(page.url()).search
  await page.keyboard.press('j')
  await expect.poll(() => new URL(page.url()).search).not.toBe(third)
  await page.keyboard.press('k')
  await expect.poll(() => new URL(page.url()).search).toBe(third)
  await page.reload()
  await expect(details).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details).toHaveCount(0)
  await expect(page).toHaveURL(/topics\/orders$/)
  await page.locator('[data-row="3"]').getByRole('cell').first().click()
  await expect(details).toBeVisible()
  await page.keyboard.press('o')
  await expect(page).toHaveURL(/\/messages\//)
  await expect(page.getByRole('heading', { level: 1, name: /^orders \d/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details).toBeVisible()
})

test('moving opens no details, Enter does, Enter again opens the page', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto(topic)
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  // Rows stand before the page listens to keys.
  await expect(async () => {
    await page.keyboard.press('j')
    await expect(page.locator('[data-row="0"]')).toBeFocused({ timeout: 300 })
  }).toPass()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(page.locator('[data-row="2"]')).toBeFocused()
  // The address is written at most every few hundred milliseconds.
  await page.waitForTimeout(700)
  await expect(page).toHaveURL(/topics\/orders$/)
  const details = page.getByRole('region', { name: /^Details: orders/ })
  await page.keyboard.press('Enter')
  await expect(details).toBeVisible()
  await expect(page).toHaveURL(/message=/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/messages\//)
  await page.keyboard.press('Escape')
  await expect(details).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details).toHaveCount(0)
})

test('out of a filter: Esc leaves it, the down arrow and Enter lead to the first row', async ({ page }) => {
  await scriptApi(page, good)
  for (const list of ['topics', 'groups', 'dead-letters']) {
    await page.goto(`/local/${list}`)
    await expect(page.locator('[data-row="0"]').first()).toBeVisible()
    const filter = page.locator('[data-filter]')
    // The page of dead letters has a second table below.
    const firstRow = page.locator('[data-row="0"]').first()
    await page.keyboard.press('/')
    await expect(filter).toBeFocused()
    await page.keyboard.type('or')
    await page.keyboard.press('Escape')
    await expect(filter).not.toBeFocused()
    await page.keyboard.press('j')
    await expect(filter).toHaveValue('or')
    await expect(firstRow).toBeFocused()
    for (const key of ['ArrowDown', 'Enter']) {
      await page.keyboard.press('/')
      await page.keyboard.press(key)
      await expect(firstRow).toBeFocused()
    }
  }
  await page.goto(topic)
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('a')
  const answered = page.waitForResponse(/messages\/search\?.*search=a/)
  await page.keyboard.press('Enter')
  await answered
  await expect(page).toHaveURL(/search=a/)
  await expect(page.getByRole('button', { name: 'Without a' })).toBeVisible()
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('[data-row="0"]')).toBeFocused()
})

test('the problems of the overview are moved through with j and k, Enter opens one', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local')
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.locator('[data-row="0"]')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).not.toHaveURL(/\/local$/)
})

test('what is new is counted and moves nothing until it is asked for, or Live is on', async ({ page }) => {
  const api = await scriptApi(page, { ...good, listMessages: { body: messagesFrom(200, 20) } })
  await page.goto(topic)
  const first = page.locator('[data-row="0"]')
  await expect(first).toContainText('order-200')
  await page.mouse.move(700, 400)
  api.change({ listMessages: { body: messagesFrom(203, 20) } })
  const mark = page.getByRole('button', { name: '3 new' })
  await expect(mark).toBeVisible({ timeout: 20_000 })
  await expect(first).toContainText('order-200')
  await mark.click()
  await expect(first).toContainText('order-203')
  await expect(mark).toHaveCount(0)
  await page.mouse.move(700, 400)
  api.change({ listMessages: { body: messagesFrom(204, 20) } })
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible({ timeout: 20_000 })
  await page.mouse.move(700, 10)
  await expect(first).toContainText('order-204')
  await page.locator('body').press('Shift+L')
  api.change({ listMessages: { body: messagesFrom(205, 20) } })
  await expect(first).toContainText('order-205', { timeout: 20_000 })
})

test('a refresh that fails is shown over the last good rows; a right that is taken away takes them too', async ({
  page,
}) => {
  const api = await scriptApi(page, good)
  await page.goto(topic)
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  api.change({ listMessages: { problem: 'broker-unreachable', detail: 'No broker of local answered.' } })
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.locator('[data-state="unreachable"]')).toContainText(
    /No broker of local answered\. What is shown is the last good answer, .* ago/,
  )
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  api.change({
    listMessages: { problem: 'permission-denied', detail: 'ann does not have the permission messages:read.' },
  })
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.locator('[data-state="denied"]')).toContainText('messages:read')
  await expect(page.locator('[data-row]')).toHaveCount(0)
})
