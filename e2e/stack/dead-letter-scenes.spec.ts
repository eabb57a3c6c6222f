import { randomBytes } from 'node:crypto'
import { askApi } from '../fixtures/ask-api.ts'
import { expect, type Page, test } from '../fixtures/journey.ts'
import { makeOwnLetters, type OwnLetters } from '../fixtures/own-letters.ts'
import { running } from '../fixtures/running.ts'

const declined = 'com.shop.CardDeclinedException'
const opened: OwnLetters[] = []
const openLetters: typeof makeOwnLetters = async (name, options) => {
  const scene = await makeOwnLetters(name, options)
  opened.push(scene)
  return scene
}
test.afterEach(async () => {
  for (const scene of opened.splice(0)) await scene.dispose()
})

/** From the page of a failure group to its plan. */
const openPlan = async (page: Page, scene: OwnLetters, count: number): Promise<void> => {
  await page.goto(`/local/failure-groups/${await scene.failureGroup(count)}`)
  await page.getByRole('button', { name: /^Replay [\d,]+…$/ }).click()
  await expect(page.getByText('nothing has been sent')).toBeVisible()
}
const startButton = (page: Page) => page.getByRole('button', { name: /^Replay [\d,]+ to / })
const replayHeading = (page: Page) => page.getByRole('heading', { level: 1, name: /^Replay #\d+/ })
const outcome = (page: Page, name: string) => page.locator(`[data-outcome="${name}"]`)
const finding = (page: Page, words: RegExp) => page.locator('[data-finding]').filter({ hasText: words })

test('a start that is clicked twice, and a second operator on the same plan, send every letter once', async ({
  page,
  browser,
}) => {
  const scene = await openLetters('twice')
  await scene.read()
  for (const key of ['a', 'b', 'c', 'd']) {
    const place = await scene.write({ key, value: `{"id":"${key}"}` })
    await scene.die({ key, value: `{"id":"${key}"}` }, {}, place, declined)
  }
  await openPlan(page, scene, 4)
  const second = await browser.newPage()
  await second.goto(page.url())
  await expect(startButton(second)).toBeVisible()
  await startButton(page).dblclick()
  await expect(replayHeading(page)).toBeVisible()
  // Whichever the second page offers by then: it may have heard that the plan is started.
  await startButton(second)
    .or(second.getByRole('link', { name: /^Open replay #\d+/ }))
    .click()
  await expect(replayHeading(second)).toBeVisible()
  expect(new URL(second.url()).pathname).toBe(new URL(page.url()).pathname)
  await expect(outcome(page, 'SETTLED')).toContainText('4', { timeout: 60_000 })
  expect(await scene.recordsOf(8)).toHaveLength(8)
  // Another plan over the same letters has nothing to send: all of them are settled.
  await openPlan(second, scene, 4)
  await expect(finding(second, /already replayed and settled/)).toBeVisible()
  await expect(second.getByRole('button', { name: 'Nothing to send' })).toBeDisabled()
  await second.close()
})

test('a copy has the bytes that died: 64-bit ids, binary and repeated headers, 900 kB', async ({ page }) => {
  const scene = await openLetters('bytes')
  await scene.read()
  const large = randomBytes(900_000)
  const exact = '{"id":9007199254740993,"amount":12345678901234567.10,  "note":"as it was written"}'
  const headers = {
    'trace-ids': ['first', randomBytes(8), 'first'],
    binary: Buffer.from([0, 0xff, 0xfe, 0x80]),
    empty: '',
  }
  const messages = [
    { key: Buffer.from([0xff, 0, 1]), value: large },
    { key: 'order-1', value: exact },
  ]
  for (const message of messages) {
    const place = await scene.write(message, headers)
    await scene.die(message, headers, place, declined)
  }
  await openPlan(page, scene, 2)
  await startButton(page).click()
  await expect(outcome(page, 'SETTLED')).toContainText('2', { timeout: 60_000 })
  const records = await scene.recordsOf(4)
  for (const { key, value } of messages) {
    const [first, copy, ...more] = records.filter((one) => one.key?.equals(Buffer.from(key)))
    expect(more).toEqual([])
    expect(copy?.value?.equals(Buffer.from(value))).toBe(true)
    // In the partition of the message that died.
    expect(copy?.partition).toBe(first?.partition)
    expect(copy?.headers).toMatchObject(first?.headers ?? {})
    expect(Object.keys(copy?.headers ?? {}).filter((name) => name.startsWith('kafka_dlt-'))).toEqual([])
  }
})

test('newer messages of the same key, and a compacted target, are said before anything is sent', async ({
  page,
}) => {
  const scene = await openLetters('superseded', { settings: { 'cleanup.policy': 'compact' } })
  const place = await scene.write({ key: 'account-7', value: '{"balance":100}' })
  await scene.die({ key: 'account-7', value: '{"balance":100}' }, {}, place, declined)
  await scene.write({ key: 'account-7', value: '{"balance":250}' })
  await openPlan(page, scene, 1)
  await expect(finding(page, /newer messages? with the same key/)).toBeVisible()
  await expect(finding(page, /compacted/)).toBeVisible()
  await finding(page, /newer messages? with the same key/)
    .getByText('Show letters')
    .click()
  await page.locator('[data-finding] ul').getByRole('link').first().click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

test('a pointer whose origin has expired is unrecoverable; nothing empty is sent', async ({ page }) => {
  const scene = await openLetters('expired')
  const place = await scene.write({ key: 'order-1', value: '{"id":1}' })
  const pointer = {
    '__dlq.errors.topic': scene.origin,
    '__dlq.errors.partition': String(place.partition),
    '__dlq.errors.offset': String(place.baseOffset),
    '__dlq.errors.group': scene.group,
    '__dlq.errors.delivery.count': '5',
    '__dlq.errors.message': 'Offset delivery count exceeded the threshold.',
  }
  await scene.producer.send({
    topic: scene.letters,
    messages: [{ key: null, value: null, headers: pointer }],
  })
  await scene.expire(place.partition, 1n)
  await openPlan(page, scene, 1)
  await expect(finding(page, /holds neither key nor value/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Nothing to send' })).toBeDisabled()
  await finding(page, /holds neither key nor value/)
    .getByText('Show letters')
    .click()
  await page.locator('[data-finding] ul').getByRole('link').first().click()
  await expect(page.getByText(/unrecoverable/i).first()).toBeVisible()
})

test('a pointer whose origin still stands is sent with the bytes of its origin', async ({ page }) => {
  const scene = await openLetters('pointer')
  await scene.read()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const place = await scene.write({ key: 'order-1', value: '{"id":9007199254740993}' }, { traceparent })
  const pointer = {
    '__dlq.errors.topic': scene.origin,
    '__dlq.errors.partition': String(place.partition),
    '__dlq.errors.offset': String(place.baseOffset),
    '__dlq.errors.group': scene.group,
    '__dlq.errors.message': 'Offset rejected by client.',
  }
  await scene.producer.send({
    topic: scene.letters,
    messages: [{ key: null, value: null, headers: pointer }],
  })
  await openPlan(page, scene, 1)
  await startButton(page).click()
  await expect(outcome(page, 'SETTLED')).toContainText('1', { timeout: 60_000 })
  const [, copy] = await scene.recordsOf(2)
  expect(String(copy?.key)).toBe('order-1')
  expect(String(copy?.value)).toBe('{"id":9007199254740993}')
})

test('poison stays poison, and a fix half-way lets others return with another error', async ({ page }) => {
  let why: string | null = declined
  const scene = await openLetters('poison', { onMessage: ({ key }) => (String(key) === 'bad' ? why : null) })
  for (const key of ['bad', 'good-1', 'good-2']) {
    const place = await scene.write({ key, value: key })
    await scene.die({ key, value: key }, {}, place, declined)
  }
  // The group reads what was written first, too, and 'bad' dies of it again: four letters of three messages.
  await scene.read()
  await openPlan(page, scene, 4)
  why = 'com.shop.LedgerClosedException'
  await startButton(page).click()
  await expect(outcome(page, 'RETURNED')).toContainText('1', { timeout: 60_000 })
  await expect(outcome(page, 'SETTLED')).toContainText('2', { timeout: 60_000 })
  await expect(page.getByText(/LedgerClosedException.*another error than before/).first()).toBeVisible()
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const { outcomes } = await askApi<{ outcomes: Record<string, number> }>(
    running().url,
    `/api/local/replays/${id}`,
  )
  expect(outcomes).toMatchObject({ RETURNED: 1, SETTLED: 2 })
})
