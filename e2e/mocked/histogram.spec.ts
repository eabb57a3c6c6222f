import { histogram } from './answers-of-searches.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const topic = '/local/topics/orders?search=CardDeclined'

test('a range dragged over the histogram becomes times of the search, and is taken out again', async ({
  page,
}) => {
  await scriptApi(page, good)
  await page.goto(topic)
  const bars = page.getByRole('listbox', { name: /^Messages over time, estimated/ })
  await expect(bars.getByRole('option')).toHaveCount(histogram.buckets.length)
  const box = await bars.boundingBox()
  if (!box) throw new Error('the bars have no place')
  const at = (bar: number) => box.x + ((bar + 0.5) / histogram.buckets.length) * box.width
  await page.mouse.move(at(3), box.y + 20)
  await expect(page.getByText('1,750 messages')).toBeVisible()
  await page.mouse.down()
  await page.mouse.move(at(5), box.y + 20, { steps: 3 })
  await page.mouse.up()
  const iso = (ms = 0) => new Date(ms).toISOString()
  const terms = `after:${iso(histogram.buckets[3]?.fromMs)} before:${iso(histogram.buckets[5]?.untilMs)}`
  await expect(page.getByRole('textbox', { name: 'Search messages' })).toHaveValue(`CardDeclined ${terms}`)
  await page.getByRole('button', { name: 'All times' }).click()
  await expect(page.getByRole('textbox', { name: 'Search messages' })).toHaveValue('CardDeclined')
})

test('by keyboard a range is chosen with Shift and Enter, and let go with Esc', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto(topic)
  const bars = page.getByRole('listbox', { name: /^Messages over time/ })
  await expect(bars).toBeVisible()
  await bars.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(bars.getByRole('option', { selected: true })).toHaveCount(2)
  await page.keyboard.press('Escape')
  await expect(bars.getByRole('option', { selected: true })).toHaveCount(0)
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/after:/)
})

test('an estimate is marked and explained; a histogram that fails leaves the messages alone', async ({
  page,
}) => {
  const api = await scriptApi(page, good)
  await page.goto(topic)
  await expect(page.locator('[data-estimated]')).toHaveAttribute('title', /compaction has removed messages/)
  await expect(page.getByText('≈ 233,250 messages')).toBeVisible()
  await expect(page.getByText('1,204,113 before, 2 after')).toBeVisible()
  api.change({ countMessagesByTime: { problem: 'broker-timeout', detail: 'No answer within 10 s.' } })
  await page.reload()
  await expect(
    page.getByText('The messages could not be counted over time: No answer within 10 s.'),
  ).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'order-40' })).toBeVisible()
})
