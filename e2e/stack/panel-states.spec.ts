import kafkajs from 'kafkajs'
import { makeTopics } from '../../server/sandbox/stack/make-topics.ts'
import { type FaultyConsole, startFaultyConsole } from '../fixtures/faulty-console.ts'
import { expect, type Page, test } from '../fixtures/journey.ts'
import { limitedUser, running } from '../fixtures/running.ts'
import { lookWithAxe } from '../mocked/faults-of.ts'

// The states of panels, each made by the fault that it tells of.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, ResourcePatternTypes } = kafkajs

let faulty: FaultyConsole

test.beforeAll(async () => {
  faulty = await startFaultyConsole()
  const kafka = new Kafka({ brokers: [running().brokers], logLevel: 0 })
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [{ topic: 'vault' }, { topic: 'nothing-yet' }])
  const denied = {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: 'vault',
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${limitedUser.username}`,
    host: '*',
  }
  await admin.createAcls({
    acl: [
      { ...denied, operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.DENY },
      { ...denied, operation: AclOperationTypes.DESCRIBE, permissionType: AclPermissionTypes.ALLOW },
    ],
  })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: 'vault', messages: [{ value: 'secret' }] })
  await producer.disconnect()
})
test.afterAll(() => faulty?.stop())
test.afterEach(() => {
  faulty.broker.heal()
  faulty.registry.heal()
  faulty.database.heal()
})

const state = (page: Page, name: string) => page.locator(`[data-state="${name}"]`)
const looksRight = async (page: Page) => {
  expect(await lookWithAxe(page, page.url())).toEqual([])
}

test('loading: a slow broker shows the layout first, then the answer', async ({ page }) => {
  faulty.broker.delay(900)
  await page.goto(`${faulty.url}/faulty/topics/orders?tab=partitions`)
  await expect(state(page, 'loading').first()).toBeVisible()
  await looksRight(page)
  await expect(state(page, 'loading')).toHaveCount(0)
})

test('unreachable: a broker that goes away leaves the last good answer with its age, and comes back by itself', async ({
  page,
}) => {
  await page.goto(`${faulty.url}/faulty/topics`)
  const row = page.getByRole('row').filter({ hasText: 'checkouts' })
  await expect(row).toBeVisible()
  faulty.broker.cut()
  await expect(page.getByRole('alert').or(state(page, 'partial')).first()).toContainText(
    /last good answer/i,
    {
      timeout: 40_000,
    },
  )
  await expect(row).toBeVisible()
  await looksRight(page)
  faulty.broker.heal()
  await expect(page.getByText(/last good answer/i)).toHaveCount(0, { timeout: 40_000 })
  await expect(row).toBeVisible()
})

test('unreachable: a page opened while the broker is away says what, why and what to do', async ({
  page,
}) => {
  faulty.broker.cut()
  await page.goto(`${faulty.url}/faulty/topics/vault`)
  // Above it the histogram says the same of itself.
  const panel = state(page, 'unreachable').last()
  await expect(panel).toContainText(/does not answer/)
  await expect(panel.getByRole('button', { name: 'Try again' })).toBeVisible()
  await looksRight(page)
  faulty.broker.heal()
  await panel.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'secret' }).first()).toBeVisible()
})

test('denied: a user without the right to read a topic is told which right it is', async ({ page }) => {
  await page.goto(`${faulty.url}/limited/topics/vault`)
  await expect(state(page, 'denied')).toContainText(/may not access the topic/)
  await expect(state(page, 'denied')).toContainText(/READ/)
  await looksRight(page)
  await page.goto(`${faulty.url}/limited/topics/orders`)
  await expect(page.getByRole('row').nth(3)).toBeVisible()
})

test('empty and filtered to nothing: each says what comes next', async ({ page }) => {
  await page.goto(`${faulty.url}/faulty/topics/nothing-yet`)
  await expect(state(page, 'empty')).toBeVisible()
  await looksRight(page)
  await page.goto(`${faulty.url}/faulty/topics/nothing-yet?search=key:order-1`)
  await expect(state(page, 'filtered')).toBeVisible()
  await page.goto(`${faulty.url}/faulty/topics?q=nothing-of-this-name`)
  await state(page, 'filtered').getByRole('button', { name: 'Clear filter' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'checkouts' })).toBeVisible()
})

test('a registry that fails costs the schemas, not the messages', async ({ page }) => {
  faulty.registry.answer({ path: /./, status: 500 })
  await page.goto(`${faulty.url}/faulty/topics/orders`)
  await expect(page.getByRole('row').nth(3)).toBeVisible()
  // Schemas never change: those that were read before go on decoding. Their list is asked for each time.
  await page.goto(`${faulty.url}/faulty/schemas`)
  await expect(state(page, 'unreachable').first()).toContainText(/registry/i)
  await looksRight(page)
})

test('a database that is away is said, and is used again when it is back', async ({ page }) => {
  await page.goto(`${faulty.url}/faulty/dead-letters`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  faulty.database.cut()
  await expect(page.getByText(/database/i).first()).toBeVisible({ timeout: 40_000 })
  await expect(page.getByText(/Nothing is wrong/)).toHaveCount(0)
  faulty.database.heal()
  await expect(page.getByText(/does not answer/)).toHaveCount(0, { timeout: 40_000 })
})

test('a read-only production connection says so and can not be written to', async ({ page }) => {
  await page.goto(`${faulty.url}/guarded/connection`)
  await expect(page.getByText('production · read-only')).toBeVisible()
  const publish = page.getByRole('row').filter({ hasText: 'Publish messages' })
  await expect(publish).toContainText('Denied')
  await expect(publish).toContainText(/read-only/)
  await looksRight(page)
})
