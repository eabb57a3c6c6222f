import { minutesAgo } from './answers-of-messages.ts'
import { plan, replayOf, uncontrolled } from './answers-of-replays.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Answer, scriptApi } from './script-api.ts'

type Control = Answer<'showReplay'>['control']
type Step = NonNullable<Control['canary']>['steps'][number]
const closed: Omit<Step, 'size'> = {
  state: 'closed',
  outcomes: [{ outcome: 'PENDING', count: 5 }],
  continued: null,
}
const canaryOf = (more: Partial<NonNullable<Control['canary']>> = {}): NonNullable<Control['canary']> => ({
  open: 0,
  quietMs: 30_000,
  steps: [
    { size: 1, state: 'waiting', outcomes: [{ outcome: 'CONSUMED', count: 1 }], continued: null },
    { size: 5, ...closed },
    { size: 20, ...closed },
    { size: null, ...closed },
  ],
  expectedEnd: { at: Date.now() + 20_000, isEarliest: false },
  unproven: [{ outcome: 'CONSUMED', count: 1 }],
  ...more,
})
const controlled = (more: Partial<Control>): Control => ({ ...uncontrolled, ...more })
const path = '/local/replays/42'
const future = () => Date.now() + 3_600_000

test('a canary says what it waits for, and continues only with a reason', async ({ page }) => {
  const waiting = replayOf(42, { control: controlled({ canary: canaryOf() }) })
  const api = await scriptApi(page, {
    ...good,
    showReplay: { body: waiting },
    continueReplay: { body: waiting },
  })
  await page.goto(path)
  await expect(page.getByText(/Waits for 1 copy to settle, expected by \d\d:\d\d:\d\d/)).toBeVisible()
  const steps = page.getByRole('list', { name: 'Steps of the canary' }).getByRole('listitem')
  await expect(steps).toHaveText([/^1\s*Waiting/, /^5\s*Closed/, /^20\s*Closed/, /^the rest.*Closed/])
  expect(await faultsOf(page, 'canary')).toEqual([])
  const dialog = page.getByRole('dialog', { name: 'Continue before this step is proven' })
  await expect(async () => {
    await page.getByRole('button', { name: 'Continue now…' }).click()
    await expect(dialog).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await expect(dialog).toContainText('1 copy is consumed but not settled.')
  const send = dialog.getByRole('button', { name: 'Send the next 5 now' })
  await expect(send).toBeDisabled()
  await dialog.getByLabel('Reason').fill('seen in the log of payments')
  expect(await faultsOf(page, 'continue')).toEqual([])
  await send.click()
  await expect(dialog).toBeHidden()
  expect(api.count('continueReplay')).toBe(1)
})

test('a canary that is held, one that was continued, and one that stopped say why', async ({ page }) => {
  const held = canaryOf({
    steps: canaryOf().steps.map((step, index) =>
      index === 0
        ? {
            ...step,
            state: 'held',
            outcomes: [
              { outcome: 'CONSUMED', count: 4 },
              { outcome: 'UNKNOWN', count: 1 },
            ],
          }
        : step,
    ),
    expectedEnd: null,
    unproven: [
      { outcome: 'CONSUMED', count: 4 },
      { outcome: 'UNKNOWN', count: 1 },
    ],
  })
  const api = await scriptApi(page, {
    ...good,
    showReplay: { body: replayOf(42, { control: controlled({ canary: held }) }) },
  })
  await page.goto(path)
  await expect(page.getByText('Held: 4 copies are consumed but not settled, 1 is unknown.')).toBeVisible()
  expect(await faultsOf(page, 'held')).toEqual([])
  const continued = canaryOf({
    open: 1,
    steps: canaryOf().steps.map((step, index) =>
      index === 0
        ? {
            ...step,
            state: 'continued',
            continued: {
              by: 'ada',
              at: minutesAgo(1),
              reason: 'seen in the log',
              unproven: [{ outcome: 'UNKNOWN', count: 1 }],
            },
          }
        : step,
    ),
  })
  api.change({ showReplay: { body: replayOf(42, { control: controlled({ canary: continued }) }) } })
  await page.goto(path)
  await expect(
    page.getByText(/ada went on at .*: “seen in the log”\. 1 copy is unknown then\./),
  ).toBeVisible()
  const because =
    'the copy of order-7 died again in orders-dlt (dead letter 77): Timeout, another error than before'
  api.change({
    showReplay: {
      body: replayOf(42, {
        state: 'cancelled',
        outcomes: { ...replayOf(42).outcomes, PENDING: 0, RETURNED: 1, SKIPPED: 188 },
        control: controlled({
          canary: canaryOf({
            steps: canaryOf().steps.map((step, index) =>
              index === 0
                ? { ...step, state: 'stopped', outcomes: [{ outcome: 'RETURNED', count: 1 }] }
                : step,
            ),
            expectedEnd: null,
            unproven: [],
          }),
          stopped: { by: 'canary', at: minutesAgo(1), because, letterId: '77' },
        }),
      }),
    },
  })
  await page.goto(path)
  await expect(page.getByRole('alert').filter({ hasText: 'Stopped by its canary' })).toContainText(
    `${because}. 188 were not sent.`,
  )
  await expect(page.getByRole('link', { name: 'Open the letter that came back' })).toHaveAttribute(
    'href',
    '/local/dead-letters/77',
  )
  await expect(page.getByRole('button', { name: /Stop|Pause|Continue/ })).toHaveCount(0)
  expect(await faultsOf(page, 'stopped')).toEqual([])
})

test('a paused, a scheduled and a replay with too much in flight say what they wait for', async ({
  page,
}) => {
  const paused = replayOf(42, {
    state: 'paused',
    control: controlled({ paused: { by: 'ada', at: minutesAgo(3) } }),
  })
  const api = await scriptApi(page, {
    ...good,
    showReplay: { body: paused },
    resumeReplay: { body: replayOf(42) },
    startReplayNow: { body: replayOf(42) },
  })
  await page.goto(path)
  await expect(page.locator('[data-paused]')).toContainText(/Paused by ada since .* · \d+\smin/)
  expect(await faultsOf(page, 'paused')).toEqual([])
  await expect(async () => {
    await page.getByRole('button', { name: 'Resume, 188 left' }).click()
    expect(api.count('resumeReplay')).toBeGreaterThan(0)
  }).toPass()
  const startAt = future()
  api.change({
    showReplay: { body: replayOf(42, { state: 'scheduled', sent: 0, control: controlled({ startAt }) }) },
  })
  await page.goto(path)
  await expect(page.locator('[data-scheduled]')).toContainText(/Begins to send at .*, in\s(1\sh|59\smin)/)
  await expect(page.getByRole('button', { name: 'Start now' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeVisible()
  expect(await faultsOf(page, 'scheduled')).toEqual([])
  const waitsFor = '20 copies are sent and not yet consumed by payments: no more may be in flight'
  api.change({
    showReplay: {
      body: replayOf(42, {
        control: controlled({ bytesPerSecond: 250_000, maxInFlight: 20, inFlight: 20, waitsFor }),
      }),
    },
  })
  await page.goto(path)
  await expect(page.getByText(`${waitsFor}.`)).toBeVisible()
  await expect(page.getByText('at most 50/s · 250 kB/s · 20 of 20 in flight')).toBeVisible()
})

test('a plan offers the pace, begins with a canary for many letters, and warns of what retention deletes', async ({
  page,
}) => {
  const expiry = { firstAt: Date.now() + 600_000, lastAt: Date.now() + 1_200_000 }
  const api = await scriptApi(page, { ...good, showReplayPlan: { body: { ...plan, expiry } } })
  await page.goto('/local/replays/plans/7')
  await expect(page.getByRole('checkbox', { name: 'Canary' })).toBeChecked()
  await expect(page.getByText(/consumed, and not dead again for 30 s, longer where/)).toBeVisible()
  await expect(async () => {
    await page.getByLabel('Start', { exact: true }).selectOption('later')
    await expect(page.locator('[data-expiry]')).toContainText(
      'Retention will have deleted all of these letters by then',
    )
  }).toPass()
  expect(await faultsOf(page, 'plan later')).toEqual([])
  await page.getByLabel('Volume').fill('0')
  await expect(page.getByText('A whole number from 1 to 1,000,000.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Schedule the replay of 500 to orders$/ })).toBeDisabled()
  api.change({ showReplayPlan: { body: { ...plan, ready: 20 } } })
  await page.goto('/local/replays/plans/7')
  await expect(page.getByRole('checkbox', { name: 'Canary' })).not.toBeChecked()
})
