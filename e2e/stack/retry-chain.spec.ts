import { expect, type Page, test } from '../fixtures/journey.ts'
import { makeRetryChain, type RetryChainScene } from '../fixtures/retry-chain.ts'

const stillDown = 'com.shop.StillDownException'
const ledgerClosed = 'com.shop.LedgerClosedException'
const opened: RetryChainScene[] = []
const openChain: typeof makeRetryChain = async (name, options) => {
  const scene = await makeRetryChain(name, options)
  opened.push(scene)
  return scene
}
test.afterEach(async () => {
  for (const scene of opened.splice(0)) await scene.dispose()
})

const outcome = (page: Page, name: string) => page.locator(`[data-outcome="${name}"]`)
const items = (page: Page) => page.getByRole('table', { name: 'Items of the replay' })
/** Clicks what a page made on the server may not listen to yet, until the next page is there. */
const openPlan = async (page: Page, count: number): Promise<void> => {
  await expect(async () => {
    await page.getByRole('button', { name: `Replay ${count}…` }).click({ timeout: 2_000 })
    await expect(page.getByText('nothing has been sent')).toBeVisible({ timeout: 10_000 })
  }).toPass()
}
const startReplay = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Replay [\d,]+ to / }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Replay #\d+/ })).toBeVisible()
}

test('a letter that went through three retry topics is understood, replayed, seen in the chain again, and settles', async ({
  page,
}) => {
  let hasLetter = false
  let isHeld = true
  const scene = await openChain('chain', {
    delayMs: 200,
    // What was fixed holds in the last of the retries only.
    dieOf: ({ hop }) => (hop < 3 || !hasLetter ? stillDown : null),
    isHeld: ({ hop }) => hasLetter && hop === 3 && isHeld,
  })
  await scene.write({ key: 'order-1', value: '{"id":9007199254740993}' }, { 'idempotency-key': 'order-1' })
  await scene.read()
  await page.goto(`/local/failure-groups/${await scene.failureGroup(1)}`)
  hasLetter = true
  await page.getByRole('table', { name: 'Dead letters' }).getByRole('link', { name: 'order-1' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'order-1' })).toBeVisible()
  await expect(page.getByText('4 attempts')).toBeVisible()
  const chain = page.getByRole('paragraph').filter({ hasText: /^Retry chain/ })
  await expect(chain).toContainText(
    new RegExp(`${[scene.origin, ...scene.retries, scene.letters].join('.*→')}$`),
  )
  await openPlan(page, 1)
  await startReplay(page)
  const [, , last] = scene.retries
  await expect(outcome(page, 'RETRYING')).toContainText('1', { timeout: 30_000 })
  await expect(items(page).getByText(`moved it to ${last} `)).toBeVisible({ timeout: 30_000 })
  isHeld = false
  await expect(outcome(page, 'SETTLED')).toContainText('1', { timeout: 60_000 })
  await expect(items(page).getByText(/tried again there by .* not seen again in /)).toBeVisible()
  expect(await scene.recordsOf(2)).toHaveLength(2)
  await items(page).getByRole('link', { name: 'order-1' }).click()
  await expect(page.getByRole('link', { name: 'Settled' }).first()).toBeVisible()
})

test('a fix that goes half-way through a chain: what returns is split by its error, and leads to its letter', async ({
  page,
}) => {
  let isFixed = false
  const scene = await openChain('halfway', {
    delayMs: 200,
    dieOf: ({ key, hop }) => {
      if (!isFixed || key === 'same') return stillDown
      if (key === 'other') return ledgerClosed
      return hop < 2 ? stillDown : null
    },
  })
  for (const key of ['heals', 'other', 'same']) await scene.write({ key, value: `{"id":"${key}"}` })
  await scene.read()
  await page.goto(`/local/failure-groups/${await scene.failureGroup(3)}`)
  isFixed = true
  await openPlan(page, 3)
  await startReplay(page)
  await expect(outcome(page, 'RETURNED')).toContainText('2', { timeout: 60_000 })
  const returned = page.getByRole('table', { name: 'Errors of copies that returned' })
  const other = returned.getByRole('row').filter({ hasText: 'new error' })
  await expect(other).toContainText(ledgerClosed)
  await expect(returned.getByRole('row').filter({ hasText: 'same error' })).toContainText(stillDown)
  await other.getByRole('button', { name: 'Show 1' }).click()
  await expect(items(page).getByText(/LedgerClosedException, another error than before/)).toBeVisible()
  await expect(items(page).getByText(/the same error as before/)).toHaveCount(0)
  await expect(outcome(page, 'SETTLED')).toContainText('1', { timeout: 60_000 })
  await other.getByRole('link', { name: /^letter \d+$/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'other' })).toBeVisible()
  await expect(page.getByText('LedgerClosedException').first()).toBeVisible()
  await expect(page.getByText('4 attempts')).toBeVisible()
})
