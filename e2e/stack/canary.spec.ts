import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'

type Groups = { data: { groups: { id: string; originTopic: string | null; count: number }[] } }
type Replay = {
  number: number
  state: string
  total: number
  outcomes: Record<string, number>
  control: { stopped: { by: string; letterId: string | null } | null }
}

/** The failure group of truncated payloads on a topic, once it has so many letters. */
const poisonOn = async (baseURL: string | undefined, topic: string, letters: number): Promise<string> => {
  const find = async () =>
    (await askApi<Groups>(baseURL, '/api/local/failure-groups')).data.groups.find(
      ({ originTopic, count }) => originTopic === topic && count >= letters,
    )
  await expect.poll(find, { timeout: 110_000, intervals: [2_000] }).toBeTruthy()
  return (await find())?.id ?? ''
}

test('poison stays poison: the canary sends one, sees it come back, and sends no more', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(240_000)
  const group = await poisonOn(baseURL, 'stock', 3)
  await page.goto(`/local/failure-groups/${group}`)
  await page.getByRole('button', { name: /^Replay [\d,]+…$/ }).click()
  await expect(page.getByText('nothing has been sent')).toBeVisible()
  const canary = page.getByRole('checkbox', { name: 'Canary' })
  await expect(async () => {
    await canary.check()
    await expect(page.getByText(/A step opens when every copy of the last has settled/)).toBeVisible()
  }).toPass()
  await page.getByLabel('Reason').fill('is it fixed')
  await page.getByRole('button', { name: /^Replay [\d,]+ to / }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Replay #\d+/ })).toBeVisible()
  const id = new URL(page.url()).pathname.split('/').at(-1)
  await expect(page.getByRole('list', { name: 'Steps of the canary' })).toBeVisible()
  await expect(page.locator('[data-stopped]')).toContainText(/Stopped by its canary/, { timeout: 90_000 })
  await expect
    .poll(async () => (await askApi<Replay>(baseURL, `/api/local/replays/${id}`)).state, { timeout: 30_000 })
    .toBe('cancelled')
  // It is stopped by what the index has read; what became of the copy is written down a look later.
  await expect
    .poll(async () => (await askApi<Replay>(baseURL, `/api/local/replays/${id}`)).outcomes.RETURNED, {
      timeout: 30_000,
    })
    .toBe(1)
  const replay = await askApi<Replay>(baseURL, `/api/local/replays/${id}`)
  expect(replay.outcomes.SKIPPED).toBe(replay.total - 1)
  expect(replay.control.stopped?.by).toBe('canary')
  await page.getByRole('link', { name: 'Open the letter that came back' }).click()
  await expect(page).toHaveURL(new RegExp(`/dead-letters/${replay.control.stopped?.letterId}$`))
})

test('a replay is scheduled, shown with its countdown, and cancelled before anything is sent', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(240_000)
  const group = await poisonOn(baseURL, 'shipments', 2)
  await page.goto(`/local/failure-groups/${group}`)
  await page.getByRole('button', { name: /^Replay [\d,]+…$/ }).click()
  await expect(page.getByText('nothing has been sent')).toBeVisible()
  await expect(async () => {
    await page.getByLabel('Start', { exact: true }).selectOption('later')
    await expect(page.getByRole('button', { name: /^Schedule the replay of / })).toBeEnabled()
  }).toPass()
  await page.getByRole('button', { name: /^Schedule the replay of / }).click()
  await expect(page.locator('[data-scheduled]')).toContainText(/Begins to send at .*, in \d+ min/)
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.locator('[data-outcome="SKIPPED"]')).toContainText(/[1-9]/, { timeout: 30_000 })
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const replay = await askApi<Replay>(baseURL, `/api/local/replays/${id}`)
  expect(replay.outcomes.SKIPPED).toBe(replay.total)
})
