import * as brokers from './answers-of-brokers.ts'
import { plan, replayOf } from './answers-of-replays.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Answer, scriptApi } from './script-api.ts'

const [local] = brokers.connections.connections
if (!local) throw new Error('the answers have a connection')
const connections: Answer<'listConnections'>['connections'] = [
  local,
  {
    ...local,
    id: 'prod',
    name: 'Production',
    environment: { name: 'prod', colour: 'red', production: true },
  },
  { ...local, id: 'frozen', name: 'Archive', readOnly: true },
]
const elsewhere: Answer<'showReplayPlan'> = {
  ...plan,
  planId: '9',
  choice: { targetTopic: null, targetConnection: 'prod', mayLoop: false, timestamps: 'now' },
  targetConnection: { id: 'prod', name: 'Production', isSameCluster: false },
}

const replay = replayOf(42, { targetConnection: elsewhere.targetConnection ?? null })

test('a plan is made for another connection, and sent there only with its name typed', async ({ page }) => {
  const api = await scriptApi(page, {
    ...good,
    listConnections: { body: { connections } },
    showReplayPlan: { body: plan },
    planReplay: { body: elsewhere },
    startReplay: { body: replay },
  })
  await page.goto('/local/replays/plans/7')
  const chooser = page.getByLabel('Connection of the target')
  await expect(chooser.locator('option')).toHaveText([
    'Local (local), where they died',
    'Production (prod)',
    'Archive (local), read-only',
  ])
  await expect(chooser.locator('option[value=frozen]')).toBeDisabled()
  api.change({ showReplayPlan: { body: elsewhere }, showReplay: { body: replay } })
  const planned = page.waitForRequest((request) => request.method() === 'POST')
  await expect(async () => {
    await chooser.selectOption('prod')
    await page.getByRole('button', { name: 'Plan for this connection' }).click({ timeout: 2_000 })
  }).toPass()
  expect((await planned).postDataJSON()).toMatchObject({
    targetConnection: 'prod',
    targetTopic: null,
    selection: { planId: '7' },
  })
  await expect(page).toHaveURL(/plans\/9$/)
  await page.reload()
  const send = page.getByRole('button', { name: 'Replay 500 to orders on Production' })
  await expect(page.getByText('another cluster: ledger, readers and outcomes are those of it')).toBeVisible()
  await expect(send).toBeDisabled()
  await expect(page.getByRole('link', { name: 'payments' }).first()).toHaveAttribute(
    'href',
    '/prod/groups/payments',
  )
  expect(await faultsOf(page, 'plan for another connection')).toEqual([])
  await page.getByLabel(/type Production to confirm/).fill('Production')
  await send.click()
  await expect(page.getByRole('link', { name: 'Production' })).toHaveAttribute('href', '/prod')
})

test('moments in a proof are shown in the chosen zone, with UTC in their title', async ({ page }) => {
  await scriptApi(page, { ...good })
  await page.goto('/local/replays/42?zone=Asia%2FKolkata')
  const proof = page.getByText(/^consumed by payments by .* \(offset 88,213 committed\)$/).first()
  await expect(proof).toHaveText('consumed by payments by 2026-11-21 08:33:14 (offset 88,213 committed)')
  await expect(proof.locator('time')).toHaveAttribute('title', '2026-11-21T03:03:14.000Z')
})
