import { commitOffsets } from '../../server/sandbox/stack/commit-offsets.ts'
import { makeTopics } from '../../server/sandbox/stack/make-topics.ts'
import { expect, test } from '../fixtures/journey.ts'
import { makeOwnLetters, type OwnLetters } from '../fixtures/own-letters.ts'
import { running } from '../fixtures/running.ts'

const opened: OwnLetters[] = []
test.setTimeout(240_000)
test.afterEach(async () => {
  for (const scene of opened.splice(0)) {
    await scene.admin.deleteTopics({ topics: [`${scene.origin}-retry-0`, `${scene.origin}-retry-1`] })
    await scene.dispose()
  }
})

const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

/** Orders that wait an hour in the first of two retry topics; a group has read the first of them. */
const makeWaiting = async (name: string, keys: readonly string[]) => {
  const scene = await makeOwnLetters(name, { partitions: 1 })
  opened.push(scene)
  const [first, second] = [`${scene.origin}-retry-0`, `${scene.origin}-retry-1`]
  await makeTopics(
    scene.admin,
    [first, second].map((topic) => ({ topic, numPartitions: 1 })),
  )
  await scene.producer.send({
    topic: first,
    messages: keys.map((key, index) => ({
      key,
      value: `{"id":"${key}"}`,
      headers: {
        'idempotency-key': key,
        'kafka_original-topic': scene.origin,
        'kafka_original-partition': int64(0).subarray(4),
        'kafka_original-offset': int64(10_000 + index),
        'kafka_dlt-original-consumer-group': scene.group,
        'kafka_exception-fqcn': 'com.shop.CardDeclinedException',
        'kafka_exception-message': 'card refused',
        'retry_topic-attempts': int64(2).subarray(4),
        'retry_topic-backoff-timestamp': int64(Date.now() + 3_600_000).subarray(2),
      },
    })),
  })
  await commitOffsets([running().brokers], `${scene.group}-retry`, first, [1])
  return { scene, first }
}

test('what waits in a retry topic: two skip the wait, one is parked and stands in the inbox as that', async ({
  page,
}) => {
  const { scene, first } = await makeWaiting('requeue', ['read', 'one', 'two', 'three'])
  await scene.read()
  await expect(async () => {
    await page.goto(`/local/topics/${first}`)
    await expect(page.getByRole('link', { name: 'Requeue waiting messages…' })).toBeVisible({
      timeout: 20_000,
    })
  }).toPass()
  await expect(async () => {
    await page.getByRole('link', { name: 'Requeue waiting messages…' }).click()
    await expect(page.getByText('3 messages wait')).toBeVisible({ timeout: 20_000 })
  }).toPass()
  const requeue = page.getByRole('region', { name: 'Requeue' })
  await expect(requeue.getByText(`${scene.group}-retry`).first()).toBeVisible()
  await page.getByRole('checkbox', { name: 'Choose row 1' }).check()
  await page.getByRole('checkbox', { name: 'Choose row 2' }).check()
  await requeue.getByRole('radio', { name: /Skip the wait/ }).check()
  await requeue.getByRole('button', { name: 'Plan: skip the wait, 2 messages' }).click()
  await expect(page.getByRole('heading', { name: 'Requeue 2 waiting messages' })).toBeVisible()
  await expect(
    page.getByText(/processes them twice unless the consumer recognises them by idempotency-key/),
  ).toBeVisible()
  const start = page.getByRole('button', { name: `Requeue 2 to ${scene.origin}` })
  await expect(start).toBeDisabled()
  await page.getByRole('checkbox', { name: /Processing them twice does no harm/ }).check()
  await start.click()
  await expect(page.getByRole('heading', { level: 1, name: /^Replay #\d+: Skip the wait in / })).toBeVisible()
  // Settled they would be when the delays of the chain have passed.
  await expect(page.locator('[data-outcome="CONSUMED"]')).toContainText('2', { timeout: 60_000 })
  const copies = await scene.recordsOf(2)
  expect(copies.map(({ key }) => key?.toString()).sort()).toEqual(['one', 'two'])
  expect(copies.some(({ headers }) => 'retry_topic-backoff-timestamp' in headers)).toBe(false)

  await page.goto(`/local/topics/${first}/waiting`)
  await page.getByLabel('Only messages with this text in key or error').fill('three')
  await expect(page.getByRole('table', { name: 'Waiting messages' }).getByRole('row')).toHaveCount(2)
  await requeue.getByRole('radio', { name: /Park/ }).check()
  await requeue.getByRole('button', { name: 'Plan: park, 1 message' }).click()
  await page.getByRole('checkbox', { name: /Processing it twice does no harm/ }).check()
  await page.getByRole('button', { name: `Park 1 in ${scene.letters}` }).click()
  await expect(page.locator('[data-outcome="SETTLED"]')).toContainText('1', { timeout: 60_000 })
  await expect(page.getByText(/^parked: stands in the inbox as dead letter \d+$/)).toBeVisible()
  await page.goto(`/local/failure-groups/${await scene.failureGroup(1)}`)
  await expect(page.getByRole('link', { name: /^parked #\d+$/ })).toBeVisible()
  await page.getByRole('table', { name: 'Dead letters' }).getByRole('link', { name: 'three' }).click()
  await expect(page.getByRole('link', { name: /^parked by hand by replay #\d+$/ })).toBeVisible()
})
