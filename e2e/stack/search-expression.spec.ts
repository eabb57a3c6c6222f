import { expect, test } from '../fixtures/journey.ts'

test('a search by expression: completed, within a budget that is raised, cancelled, gone on with', async ({
  page,
}) => {
  // One megabyte is soon read: the search asks whether to go on.
  await page.goto('/local/topics/orders?budget=1')
  await expect(page.locator('[data-row="0"]')).toBeVisible()
  await page.getByRole('button', { name: 'Expression', exact: true }).click()
  const field = page.getByRole('combobox', { name: 'Expression' })
  await field.click()
  // Names are learned from messages of the topic.
  await expect(async () => {
    await field.fill('')
    await field.pressSequentially('curr')
    await expect(page.getByRole('option', { name: 'value.currency' })).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue('value.currency')
  await field.pressSequentially(" == 'EUR' && value.customerId > 9007199254740992")
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/search=where:/)
  const rows = page.getByRole('table', { name: 'Messages found, newest first' }).locator('[data-row]')
  await expect(rows.first()).toContainText('"customerId":900719925474')
  const report = page.getByRole('status').filter({ hasText: 'read' })
  await expect(report).toContainText(/read [\d,]+ messages, .* of 6 partitions/)

  await field.fill("value.currency == 'no such currency'")
  await expect(page.getByRole('alert').filter({ hasText: 'Character' })).toHaveCount(0)
  await page.keyboard.press('Enter')
  const nothing = page.locator('[data-state="filtered"]')
  await expect(nothing).toContainText(/No match so far|No message fits the search/)
  await page.getByLabel('Budget').selectOption({ label: '250 MB' })
  await expect(page).toHaveURL(/budget=250/)
  const goOn = nothing.getByRole('button', { name: 'Continue' })
  if (await goOn.isVisible()) await goOn.click()
  await expect(nothing).toContainText('all there are; none fits')

  // A search that is held on its way is cancelled in the browser, and begins anew when it is asked to.
  await page.route('**/messages/search?**', () => {})
  await page.getByRole('button', { name: 'Search again' }).click()
  await page.getByRole('button', { name: 'Cancel search' }).click()
  await expect(page.locator('[data-state="cancelled"]')).toContainText('Nothing more is read')
  await page.unroute('**/messages/search?**')
  await page.locator('[data-state="cancelled"]').getByRole('button', { name: 'Continue' }).click()
  await expect(nothing).toContainText('all there are; none fits')
})

test('a budget beyond what the administrator allows is refused in words', async ({ page }) => {
  await page.goto('/local/topics/orders?search=key:order-1&budget=900000')
  await expect(page.locator('[data-state="missing"]')).toContainText(/search\.mostMegabytes/)
  await page.getByRole('button', { name: 'Use the default budget' }).click()
  await expect(page).not.toHaveURL(/budget=/)
  await expect(page.locator('[data-state="missing"]')).toHaveCount(0)
})
