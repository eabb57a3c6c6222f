import { savedSearches, searchFrames, tailRate, tailRows, tailThenSilence } from './answers-of-searches.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const many = '/local/messages'

test('without words nothing is searched; with some, all topics, as one timeline with its gaps', async ({
  page,
}) => {
  const api = await scriptApi(page, good)
  await page.goto(many)
  await expect(page.getByText('What are you looking for?')).toBeVisible()
  expect(api.count('searchMessages')).toBe(0)
  // The first key needs a page that listens.
  await expect(async () => {
    await page.keyboard.press('/')
    await expect(page.getByRole('textbox', { name: 'Search messages' })).toBeFocused({ timeout: 500 })
  }).toPass()
  await page.keyboard.type('order-4711')
  await page.keyboard.press('Enter')
  const rows = page.getByRole('table', { name: 'Messages found, newest first' }).locator('[data-row]')
  await expect(rows).toHaveCount(12)
  await expect(rows.first()).toContainText('+1 s')
  await expect(rows.last()).not.toContainText('+')
  await expect(rows.nth(1).getByRole('link', { name: 'payments' })).toHaveAttribute(
    'href',
    /topics\/payments$/,
  )
  await expect(page).toHaveURL(/search=order-4711/)
})

test('Back leads to the search before, and forward to the one after it', async ({ page }) => {
  const api = await scriptApi(page, good)
  await page.goto(`${many}?search=order-4711`)
  const field = page.getByRole('textbox', { name: 'Search messages' })
  await expect(page.getByRole('button', { name: 'Follow live' })).toBeVisible()
  await field.fill('order-4712')
  await field.press('Enter')
  await expect(page).toHaveURL(/search=order-4712/)
  await page.goBack()
  await expect(field).toHaveValue('order-4711')
  await page.goForward()
  await expect(field).toHaveValue('order-4712')
  api.change({ searchMessages: 'silence' })
  await field.fill('order-4713')
  await field.press('Enter')
  const cancel = page.getByRole('button', { name: 'Cancel search' })
  await expect(cancel).toBeVisible()
  await page.goBack()
  await expect(field).toHaveValue('order-4712')
  await expect(cancel).toBeHidden()
  await page.goForward()
  // It runs, on or anew, and is not called cancelled.
  await expect(cancel).toBeVisible()
})

test('topics are chosen by name, and stand in the address', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto(`${many}?search=order-4711`)
  await page.getByRole('button', { name: 'In all topics' }).click()
  const dialog = page.getByRole('dialog', { name: 'Topics to search' })
  const boxes = dialog.getByRole('checkbox')
  await expect(boxes.first()).toBeVisible()
  await boxes.first().check()
  await dialog.getByRole('button', { name: 'Search 1 topic' }).click()
  await expect(dialog).toBeHidden()
  await expect(page).toHaveURL(/topics=/)
  await page.getByRole('button', { name: /^In / }).click()
  await dialog.getByRole('button', { name: /^Search all/ }).click()
  await expect(page).not.toHaveURL(/topics=/)
})

test('what the search has not finished, and what could not be read, is said of many topics too', async ({
  page,
}) => {
  const [rows, done] = searchFrames()
  if (rows?.type !== 'rows' || done?.type !== 'done') throw new Error('a search has rows and an end')
  const errors = [{ topic: 'payments', partition: 3, detail: 'the partition has no leader at present' }]
  const notes = ['The topic returns does not exist.']
  await scriptApi(page, {
    ...good,
    searchMessages: {
      frames: () => [
        rows,
        { ...done, nextCursor: 'further', scan: { ...done.scan, stop: 'budget', errors, notes } },
      ],
    },
  })
  await page.goto(`${many}?search=order-4711`)
  await expect(page.getByText('partition 3 of payments could not be read')).toBeVisible()
  await expect(page.getByText('Partial: The topic returns does not exist.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Continue further back' })).toBeVisible()
})

test('a tail stands still when paused, and tells what is left out, not read and not answering', async ({
  page,
}) => {
  const troubled = tailRate({
    dropped: 1_204,
    skipped: 88_000,
    troubles: [{ detail: 'broker 2: connection refused', sinceMs: Date.now() - 20_000 }],
  })
  await scriptApi(page, {
    ...good,
    tailMessages: { frames: tailThenSilence(tailRate(), tailRows, troubled) },
  })
  await page.goto(`${many}?topics=orders,payments&tail=true`)
  const tail = page.getByRole('region', { name: 'Live tail of 2 topics' })
  await expect(tail.locator('[data-row]')).toHaveCount(12)
  await expect(tail.getByText('1,204 left out')).toBeVisible()
  await expect(tail.getByText('88,000 not read')).toBeVisible()
  await expect(tail.getByText(/broker 2: connection refused, since/)).toBeVisible()
  await page.keyboard.press('Shift+P')
  await expect(tail.locator('[data-tail="paused"]')).toBeVisible()
  await expect(tail.locator('[data-meanwhile]')).toContainText('0 arrived meanwhile')
  await page.keyboard.press('Shift+P')
  await expect(tail.locator('[data-tail="following"]')).toBeVisible()
  await tail.getByRole('button', { name: 'Stop following' }).click()
  await expect(page).not.toHaveURL(/tail/)
})

test('a search is saved by name, a taken name is told, and a deleted one comes back', async ({ page }) => {
  const [kept, ...others] = savedSearches.searches
  if (!kept) throw new Error('a search is saved')
  const api = await scriptApi(page, {
    ...good,
    saveSearch: { problem: 'conflict', detail: 'A saved search named Declined cards is there already.' },
    deleteSearch: { body: kept },
    restoreSearch: { body: kept },
  })
  await page.goto(`${many}?search=CardDeclined`)
  await page.getByRole('button', { name: 'Saved', exact: true }).click()
  const panel = page.getByRole('dialog', { name: 'Saved searches' })
  await panel.getByRole('textbox', { name: 'Name of this search' }).fill('Declined cards')
  await page.keyboard.press('Enter')
  await expect(panel.getByText('is there already')).toBeVisible()
  await expect(panel.getByRole('link', { name: /^Declined cards/ })).toHaveAttribute(
    'href',
    '/local/messages?search=CardDeclined+after%3A1h',
  )
  api.change({ listSearches: { body: { searches: others, isCut: false } } })
  await panel.getByRole('button', { name: 'Delete Declined cards' }).click()
  await expect(panel.getByText('Deleted Declined cards.')).toBeVisible()
  api.change({ listSearches: { body: savedSearches } })
  await panel.getByRole('button', { name: 'Undo' }).click()
  await expect(panel.getByRole('link', { name: /^Declined cards/ })).toBeVisible()
})

test('the palette searches the messages of all topics for what is typed', async ({ page }) => {
  await scriptApi(page, { ...good, findAnything: { body: { hits: [], degraded: [] } } })
  await page.goto('/local/topics')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const find = page.getByRole('dialog', { name: 'Find' })
  // The heading stands before the page listens to keys.
  await expect(async () => {
    if (!(await find.isVisible())) await page.keyboard.press('Control+k')
    await expect(find).toBeVisible({ timeout: 500 })
  }).toPass()
  await page.keyboard.type('order-4711')
  await page.getByRole('option', { name: /Search the messages of all topics for/ }).click()
  await expect(page).toHaveURL(/\/local\/messages\?search=order-4711/)
  await expect(page.getByRole('table', { name: /^Messages found/ })).toBeVisible()
})
