import { expect, test } from '../fixtures/journey.ts'

test('a running replay is stopped by a click, and its plan says what became of it', async ({ page }) => {
  await page.goto('/local/dead-letters')
  await page.getByRole('row').filter({ hasText: 'shipments' }).first().getByRole('link').first().click()
  await page.getByRole('button', { name: /^Replay [\d,]+…$/ }).click()
  await expect(page.getByText('nothing has been sent')).toBeVisible()
  const plan = page.url()
  await page.getByLabel('Pace').fill('1')
  await page.getByRole('button', { name: /^Replay [\d,]+ to / }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Replay #\d+/ })).toBeVisible()
  // Twice, as a nervous hand does.
  await page.getByRole('button', { name: 'Stop after this batch' }).dblclick()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Stop after this batch' })).toHaveCount(0)
  await expect(page.locator('[data-outcome="SKIPPED"]')).toContainText(/[1-9]/, { timeout: 30_000 })
  await page.goto(plan)
  await expect(page.getByText(/started as replay #\d+/)).toBeVisible()
  await expect(page.getByRole('link', { name: /^Open replay #\d+/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Replay [\d,]+ to / })).toHaveCount(0)
})
