import { type FaultyConsole, startFaultyConsole } from '../fixtures/faulty-console.ts'
import { expect, type Page, test } from '../fixtures/journey.ts'

/** Tabs on until the element of this role and name has the focus: a reader without a pointer gets there too. */
const tabTo = async (page: Page, role: 'button' | 'link' | 'textbox' | 'combobox', name: string | RegExp) => {
  const target = page.getByRole(role, { name, exact: true }).first()
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return target
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${role} ${name}`)
}
const press = async (page: Page, role: 'button' | 'link', name: string | RegExp) => {
  await tabTo(page, role, name)
  await page.keyboard.press('Enter')
}

test('a topic is created, changed, changed back, given more partitions and deleted, by keyboard alone', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const name = `journey-${Date.now().toString(36)}`
  const done = page.getByText('The broker has made the change')
  await page.goto('/local/topics')
  await press(page, 'link', 'Create topic…')
  await tabTo(page, 'textbox', 'Name')
  await page.keyboard.type(name)
  await tabTo(page, 'textbox', 'Partitions')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: `Create ${name}` })).toBeVisible()
  await press(page, 'button', `Create ${name} with 2 partitions`)
  await expect(done).toBeVisible()

  await press(page, 'link', 'Open the topic')
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await press(page, 'link', 'Change configuration…')
  const add = await tabTo(page, 'combobox', 'Add a setting')
  await add.selectOption('retention.ms')
  await tabTo(page, 'textbox', 'retention.ms')
  await page.keyboard.type('3600000')
  await page.keyboard.press('Enter')
  await expect(page.getByText('retention.ms goes from 7 d to 1 h.')).toBeVisible()
  await expect(page.getByText('deletes nothing now')).toBeVisible()
  await press(page, 'button', `Change retention.ms of ${name}`)
  await expect(done).toBeVisible()

  await press(page, 'button', 'Undo: set the former values…')
  await expect(page.getByText(/retention\.ms goes from 1 h to 7 d/)).toBeVisible()
  await press(page, 'button', `Change retention.ms of ${name}`)
  await expect(done).toBeVisible()

  await press(page, 'link', 'Open the topic')
  await press(page, 'link', 'Add partitions…')
  await tabTo(page, 'textbox', 'Partitions in all')
  await page.keyboard.press('Enter')
  await expect(page.getByText(`${name} goes from 2 to 4 partitions`)).toBeVisible()
  await press(page, 'button', `Add 2 partitions to ${name}`)
  await expect(done).toBeVisible()
  await press(page, 'link', 'Open the topic')
  await expect(page.getByRole('table', { name: 'Partitions' }).locator('[data-row="3"]')).toBeVisible()

  await press(page, 'button', 'Delete…')
  await expect(page.getByText('It can not be undone.')).toBeVisible()
  await press(page, 'button', `Delete ${name} and its 0 messages`)
  await expect(done).toBeVisible()
  await press(page, 'link', 'All topics')
  await expect(page.getByRole('table', { name: 'Topics' })).toBeVisible()
  await expect(page.getByRole('cell', { name })).toHaveCount(0)
  await page.goto('/local/audit')
  await expect(
    page.getByRole('row').filter({ hasText: name }).filter({ hasText: 'delete topic' }).first(),
  ).toBeVisible()
})

test.describe('on a read-only connection', () => {
  let faulty: FaultyConsole
  test.beforeAll(async () => {
    test.setTimeout(60_000)
    faulty = await startFaultyConsole()
  })
  test.afterAll(() => faulty?.stop())

  test('everything is refused with the reason', async ({ page }) => {
    const address = (path: string) => `${faulty.url}/guarded/${path}`
    await page.goto(address('topics'))
    await expect(page.getByRole('button', { name: 'Create topic…' })).toBeDisabled()
    await expect(page.getByRole('main').getByText('The connection is read-only.')).toBeVisible()
    await page.goto(address('topics/orders?tab=config'))
    for (const name of ['Change configuration…', 'Add partitions…', 'Delete…'])
      await expect(page.getByRole('button', { name })).toBeDisabled()
    await expect(page.getByText('The connection Guarded is read-only.')).toBeVisible()
    await page.goto(address('topic-changes/create'))
    await page.getByLabel('Name').fill('refused')
    await expect(page.getByRole('button', { name: 'Show the plan' })).toBeDisabled()
    const planned = await page.request.post(`${faulty.url}/api/guarded/topic-changes`, {
      data: { action: 'delete', topic: 'orders' },
    })
    const { id, plan } = (await planned.json()) as { id: string; plan: { findings: { sentence: string }[] } }
    expect(plan.findings[0]?.sentence).toBe('The connection Guarded is read-only.')
    await page.goto(address(`topic-changes/${id}`))
    await expect(page.getByRole('button', { name: /^Delete orders/ })).toBeDisabled()
    const applied = await page.request.post(`${faulty.url}/api/guarded/topic-changes/${id}/apply`, {
      data: { typedName: 'orders' },
    })
    expect([applied.status(), await applied.json()]).toMatchObject([403, { code: 'read-only-connection' }])
  })
})
