import type { Browser, Page } from '@playwright/test'
import { startApprovingConsole, userHeader } from '../fixtures/approving-console.ts'
import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'

let web: Awaited<ReturnType<typeof startApprovingConsole>>
test.beforeAll(async () => {
  web = await startApprovingConsole()
})
test.afterAll(async () => {
  await web?.stop()
})

/** A page of somebody whom the login names. */
const pageOf = async (browser: Browser, name: string): Promise<Page> => {
  const context = await browser.newContext({ extraHTTPHeaders: { [userHeader]: name }, baseURL: web.url })
  return await context.newPage()
}

type Letters = { letters: { id: string; failureGroupId: string; lastReplay: unknown }[] }
type Groups = { data: { groups: { id: string; rootCause: string | null }[] } }

/** A letter of a wallet payment, of which the shop's bug makes a TypeError. */
const findWalletLetter = async (baseURL: string | undefined): Promise<string> => {
  let found = ''
  await expect
    .poll(
      async () => {
        const { data } = await askApi<Groups>(baseURL, '/api/local/failure-groups?state=all')
        const group = data.groups.find(({ rootCause }) => rootCause === 'TypeError')
        if (!group) return ''
        const { letters } = await askApi<Letters>(baseURL, `/api/local/dead-letters?failureGroup=${group.id}`)
        found = letters.find(({ lastReplay }) => lastReplay === null)?.id ?? ''
        return found
      },
      { timeout: 100_000, intervals: [2_000] },
    )
    .not.toBe('')
  return found
}

test('a letter is edited, another person approves it, and it is processed instead of the one that died', async ({
  browser,
  baseURL,
}) => {
  const id = await findWalletLetter(baseURL)
  const anna = await pageOf(browser, 'anna')
  await anna.goto(`/local/dead-letters/${id}`)
  await anna.getByRole('link', { name: 'Edit and replay…' }).click()
  await expect(async () => {
    await anna.getByRole('button', { name: 'Edit the value' }).click({ timeout: 2_000 })
  }).toPass()
  const value = anna.getByRole('textbox', { name: 'Value', exact: true })
  const text = await value.inputValue()
  expect(text).toContain('"payment": "WALLET"')
  await value.fill(text.replace('"WALLET"', '"CASH"'))
  // The schema of the original says what it may be.
  await expect(anna.getByRole('region', { name: 'Value', exact: true }).getByText(/^payment: /)).toBeVisible()
  const plan = anna.getByRole('button', { name: 'Plan the replay of the edited letter' })
  await expect(plan).toBeDisabled()
  await value.fill(text.replace('"WALLET"', '"INVOICE"'))
  await plan.click()
  await expect(anna.getByText('It waits for approval by another person.')).toBeVisible()
  await expect(anna.getByText(/anna has edited it: another person decides/)).toBeVisible()

  const ben = await pageOf(browser, 'ben')
  await ben.goto('/local/replays')
  await ben.getByRole('link', { name: /TypeError, edited$/ }).click()
  const edited = ben.getByRole('region', { name: 'Edited letter' })
  await expect(edited.getByRole('row').filter({ hasText: 'payment' })).toContainText('INVOICE')
  await expect(async () => {
    await edited.getByRole('button', { name: 'Approve the edit' }).click({ timeout: 2_000 })
    await expect(edited.getByText('by ben')).toBeVisible({ timeout: 3_000 })
  }).toPass()

  await anna.reload()
  const send = anna.getByRole('button', { name: 'Replay the edited letter to orders' })
  await expect(async () => {
    await send.click({ timeout: 2_000 })
    await expect(anna.getByRole('heading', { level: 1, name: /^Replay #\d+/ })).toBeVisible({
      timeout: 5_000,
    })
  }).toPass()
  const replay = new URL(anna.url()).pathname.split('/').at(-1)
  const stateOf = async () =>
    await askApi<{ state: string; outcomes: Record<string, number> }>(baseURL, `/api/local/replays/${replay}`)
  await expect.poll(async () => (await stateOf()).state, { timeout: 90_000, intervals: [1_000] }).toBe('done')
  expect((await stateOf()).outcomes).toMatchObject({ SETTLED: 1 })

  // Never both: the letter as it died is refused now.
  await anna.goto(`/local/dead-letters/${id}`)
  await expect(async () => {
    await anna.getByRole('button', { name: 'Replay 1…' }).click({ timeout: 2_000 })
    await expect(anna.getByText('already replayed and settled')).toBeVisible({ timeout: 5_000 })
  }).toPass()
  await anna.context().close()
  await ben.context().close()
})
