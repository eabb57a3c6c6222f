import { failureGroups } from './answers-of-failure-groups.ts'
import { lettersFrom } from './answers-of-messages.ts'
import { plan } from './answers-of-replays.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Answer, scriptApi } from './script-api.ts'

const groupPath = '/local/failure-groups/a37c9b4b4d4c76d5'

const isPlan = (request: { method(): string; url(): string }) =>
  request.method() === 'POST' && request.url().endsWith('/replays/plans')

const inbox = (counts: readonly number[]): Answer<'listFailureGroups'> => {
  const [first] = failureGroups.data.groups
  if (!first) throw new Error('the inbox has a group')
  const groups = counts.map((count, index) => ({ ...first, id: `group-${index}`, count }))
  return { ...failureGroups, data: { ...failureGroups.data, groups } }
}

test('all letters that the inbox shows are planned at once, and chosen groups alone', async ({ page }) => {
  await scriptApi(page, {
    ...good,
    listFailureGroups: { body: inbox([100, 20, 3]) },
    planReplay: { body: plan },
  })
  await page.goto('/local/dead-letters')
  const all = page.getByRole('button', { name: 'Plan replay of 123 in 3 groups shown' })
  await expect(all).toBeVisible()
  expect(await faultsOf(page, 'inbox with a replay')).toEqual([])
  await expect(async () => {
    await page
      .getByRole('checkbox', { name: /^Choose row/ })
      .nth(1)
      .check()
    await expect(page.getByRole('button', { name: /in 1 chosen group$/ })).toBeVisible({ timeout: 2_000 })
  }).toPass()
  const asked = page.waitForRequest(isPlan)
  await page.getByRole('button', { name: 'Plan replay of 20 in 1 chosen group' }).click()
  expect((await asked).postDataJSON()).toMatchObject({ selection: { failureGroupIds: ['group-1'] } })
  await expect(page).toHaveURL(/replays\/plans\/7$/)
  await expect(page.getByRole('list', { name: 'Where the dead-letter topics ended' })).toContainText(
    'orders-dlt 0: 512 letters, ended at offset 512',
  )
})

test('a chosen group that leaves the list is not planned in silence, nor are all the others in its place', async ({
  page,
}) => {
  await scriptApi(page, { ...good, listFailureGroups: { body: inbox([100, 20, 3]) } })
  await page.goto('/local/dead-letters')
  const note = page.getByText(
    '1 chosen group is not in this list, and left out of what is done with the chosen.',
  )
  await expect(async () => {
    await page
      .getByRole('checkbox', { name: /^Choose row/ })
      .nth(2)
      .check()
    await expect(page.getByRole('button', { name: /in 1 chosen group$/ })).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await expect(note).toHaveCount(0)
  await scriptApi(page, { ...good, listFailureGroups: { body: inbox([100, 20]) } })
  await page.getByRole('textbox', { name: /^Filter by error/ }).fill('declined')
  await expect(note).toBeVisible()
  await expect(page.getByRole('button', { name: /^Plan replay/ })).toHaveCount(0)
  expect(await faultsOf(page, 'inbox without a chosen group')).toEqual([])
  await page.getByRole('button', { name: 'Unchoose it' }).click()
  await expect(note).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Plan replay of 120 in 2 groups shown' })).toBeVisible()
})

test('more letters than a plan takes are said before they are planned, with what to do', async ({ page }) => {
  await scriptApi(page, { ...good, listFailureGroups: { body: inbox([90_000, 20_000]) } })
  await page.goto('/local/dead-letters')
  await expect(page.locator('[data-too-many]')).toHaveText(
    '110,000 letters: a plan takes at most 100,000. Choose fewer groups, or narrow one by partition or time on its page.',
  )
})

test('letters are narrowed by topic, partition, key and time, and those that fit are planned', async ({
  page,
}) => {
  await scriptApi(page, { ...good, planReplay: { body: plan } })
  await page.goto('/local/letters?from=1795000000000&to=1795000060000')
  const filters = page.getByRole('group', { name: 'Filter the letters' })
  await expect(async () => {
    await filters.getByPlaceholder('Dead-letter topic').fill('orders-dlt')
    await expect(page).toHaveURL(/topic=orders-dlt/, { timeout: 2_000 })
  }).toPass()
  await filters.getByPlaceholder('Partition').fill('3')
  await filters.getByPlaceholder('Whole key').fill('k1')
  await expect(page).toHaveURL(/partition=3/)
  await expect(page).toHaveURL(/key=k1/)
  expect(await faultsOf(page, 'filtered letters')).toEqual([])
  const asked = page.waitForRequest(isPlan)
  await page.getByRole('button', { name: /^Plan replay of the [\d,]+ that fit$/ }).click()
  expect((await asked).postDataJSON()).toMatchObject({
    selection: {
      filter: {
        topic: 'orders-dlt',
        partition: 3,
        key: 'k1',
        diedFrom: 1_795_000_000_000,
        diedTo: 1_795_000_060_000,
      },
    },
  })
})

test('letters of several topics tell each its topic, those of one do not', async ({ page }) => {
  const list = lettersFrom(40, 12)
  const columns = page.getByRole('columnheader')
  await scriptApi(page, { ...good, listDeadLetters: { body: list } })
  await page.goto('/local/letters')
  await expect(columns.getByText('Position')).toBeVisible()
  await expect(columns.getByText('Dead-letter topic')).toHaveCount(0)
  const letters = list.letters.map((letter, index) =>
    index % 3 === 0 ? { ...letter, topic: 'payments.authorizations-dlt' as typeof letter.topic } : letter,
  )
  await scriptApi(page, { ...good, listDeadLetters: { body: { ...list, letters } } })
  await page.goto('/local/letters')
  await expect(columns.getByText('Dead-letter topic')).toBeVisible()
  await expect(page.getByRole('link', { name: 'payments.authorizations-dlt' })).toHaveCount(4)
  await expect(page.getByRole('row').nth(1)).toContainText('CardDeclinedException Listener failed')
  expect(await faultsOf(page, 'letters of several topics')).toEqual([])
})

test('each letter tells its error where the page does not, or where there are several', async ({ page }) => {
  const list = lettersFrom(40, 12)
  const [first, second] = [page.getByRole('row').nth(1), page.getByRole('row').nth(2)]
  const api = await scriptApi(page, { ...good, listDeadLetters: { body: list } })
  await page.goto('/local/letters')
  await expect(page.getByRole('columnheader', { name: 'Error' })).toBeVisible()
  await expect(first).toContainText('CardDeclinedException Listener failed; charging order-40 failed')
  await page.goto(groupPath)
  await expect(page.getByRole('columnheader', { name: 'Message' })).toBeVisible()
  await expect(first).toContainText('Listener failed; charging order-40 failed')
  await expect(first).not.toContainText('CardDeclinedException')
  const letters = list.letters.map((letter, index) =>
    index === 1 ? { ...letter, errorClass: 'com.shop.LimitExceededException' } : letter,
  )
  api.change({ listDeadLetters: { body: { ...list, letters } } })
  await page.goto(groupPath)
  await expect(first).toContainText('CardDeclinedException Listener failed')
  await expect(second).toContainText('LimitExceededException Listener failed')
})

test('what no filter takes is left out, and a filter that is not understood can be cleared', async ({
  page,
}) => {
  const api = await scriptApi(page, good)
  await page.goto('/local/letters?partition=99999999999&from=-1')
  await expect(page.getByText('12 of 512, newest first')).toBeVisible()
  api.change({ listDeadLetters: { problem: 'invalid-request', detail: 'q: Too big' } })
  await page.goto('/local/letters?text=x')
  await expect(page.getByText('The filter can not be understood')).toBeVisible()
  expect(await faultsOf(page, 'wrong filter')).toEqual([])
  api.change(good)
  await expect(async () => {
    await page.getByRole('button', { name: 'Clear filter' }).click({ timeout: 1_000 })
    await expect(page.getByText('12 of 512, newest first')).toBeVisible({ timeout: 2_000 })
  }).toPass()
})

test('Tab stops at the links of one row and then leaves the list', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/letters')
  const rows = page.getByRole('table', { name: 'Dead letters' }).getByRole('row')
  await expect(async () => {
    await rows.nth(2).focus()
    await page.keyboard.press('Tab')
    await expect(rows.nth(2).getByRole('link', { name: 'order-39' })).toBeFocused({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Older letters' })).toBeFocused()
})
