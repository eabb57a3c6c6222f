import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

test('an address with a broken escape is answered by a page of the console', async ({ page }) => {
  const answer = await page.goto('/local/topics/%E0%A4%A')
  expect(answer?.status()).toBe(404)
  await expect(page.getByRole('heading', { name: 'There is no page at this address' })).toBeVisible()
})

test('a connection that is not configured is named, with those that are', async ({ page }) => {
  for (const name of ['Nope', 'nope/topics', '%2e%2e-x']) {
    await page.goto(`/${name}`)
    await expect(page.getByRole('heading', { name: /^There is no connection named/ })).toBeVisible()
    await expect(page.getByText('pattern')).toHaveCount(0)
  }
  await page.getByRole('main').getByRole('link').click()
  await expect(page).toHaveURL(/\/local$/)
})

test('a failure group that is not there is said once, with the way to the list', async ({ page }) => {
  const gone = { problem: 'not-found', detail: 'There is no failure group nope.' } as const
  await scriptApi(page, { ...good, showFailureGroup: gone, listDeadLetters: gone })
  await page.goto('/local/failure-groups/nope')
  await expect(page.locator('[data-state="missing"]')).toHaveCount(1)
  await expect(page.getByText('There is no failure group nope')).toHaveCount(1)
  await expect(page.getByText('Retention has deleted')).toHaveCount(0)
  await page.getByRole('link', { name: 'All failure groups' }).click()
  await expect(page).toHaveURL(/dead-letters$/)
})

test('a name that no topic can have is told in words, not by the rule it breaks', async ({ page }) => {
  const bad = {
    problem: 'invalid-request',
    detail: 'topic: Too big: expected string to have <=249 characters',
  } as const
  await scriptApi(page, { ...good, showTopic: bad, listMessages: bad })
  await page.goto(`/local/topics/${'a'.repeat(300)}`)
  await expect(page.getByText('There is nothing at this address')).toBeVisible()
  await expect(page.getByText('expected string')).toHaveCount(0)
})
