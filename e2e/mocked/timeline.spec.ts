import { spanIdOf, traceIdOf } from './answers-of-messages.ts'
import { spanOf, traceOf } from './answers-of-traces.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const path = `/local/traces/${traceIdOf(1)}`
const many = Array.from({ length: 400 }, (_, n) =>
  spanOf(n, n === 350 ? { status: 'error', name: 'charge' } : {}),
)

test('the span that the address names is brought into sight, also in a trace of 400 spans', async ({
  page,
}) => {
  await scriptApi(page, { ...good, showTrace: { body: traceOf(...many) } })
  await page.goto(`${path}?span=${spanIdOf(300)}`)
  await expect(page.getByRole('option', { name: /step 300/ })).toBeInViewport()
  await expect(page.getByRole('region', { name: 'Details: orders step 300' })).toBeVisible()
  await page.locator('body').press('e')
  await expect(page.getByRole('option', { name: /charge/ })).toBeFocused()
  await page.keyboard.press('Home')
  await expect(page.getByRole('option', { name: /POST \/orders/ })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('region', { name: /^Details/ })).toHaveCount(0)
})

test('every wait of a consumer that took a batch is drawn, and n goes to the next hop', async ({ page }) => {
  const edge = (producer: number, offset: string, waitedNs: string) => ({
    producer: spanIdOf(producer),
    consumer: spanIdOf(9),
    topic: 'orders',
    partition: 3,
    offset,
    waitedNs,
    by: 'link' as const,
  })
  const batch = spanOf(9, { name: 'process batch', service: 'payments', parentSpanId: null })
  const trace = {
    ...traceOf(spanOf(0), spanOf(1), spanOf(2), batch),
    edges: [edge(1, '11', '5000000'), edge(2, '12', '8000000')],
  }
  await scriptApi(page, { ...good, showTrace: { body: trace } })
  await page.goto(`${path}?span=${spanIdOf(0)}`)
  await expect(page.locator('[data-gap]')).toHaveCount(2)
  await page.locator('body').press('n')
  await expect(page.getByRole('option', { name: /process batch/ })).toBeFocused()
  const details = page.getByRole('region', { name: /^Details/ })
  await expect(details).toContainText('8.0 ms in orders p3 @12')
  await expect(details).toContainText('5.0 ms in orders p3 @11')
})

test('spans that come later wait to be brought', async ({ page }) => {
  const young = (count: number) => {
    const startNs = String(BigInt(Date.now() - 60_000) * 1_000_000n)
    return { ...traceOf(...many.slice(0, count).map((span) => ({ ...span, startNs }))), startNs }
  }
  const api = await scriptApi(page, { ...good, showTrace: { body: young(4) } })
  await page.goto(path)
  await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(4)
  api.change({ showTrace: { body: young(6) } })
  const mark = page.getByRole('button', { name: '2 new spans' })
  await expect(mark).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(4)
  await mark.click()
  await expect(page.getByRole('listbox').getByRole('option')).toHaveCount(6)
})
