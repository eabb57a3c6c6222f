import { gzipSync } from 'node:zlib'
import AxeBuilder from '@axe-core/playwright'
import { askApi } from '../fixtures/ask-api.ts'
import { expect, test } from '../fixtures/journey.ts'

type Found = { readonly name: string; readonly path: string }

const findPages = async (baseURL: string | undefined): Promise<Found[]> => {
  const { data } = await askApi<{
    data: { groups: { id: string }[] }
  }>(baseURL, '/api/local/failure-groups?state=all')
  const { letters } = await askApi<{
    letters: { id: string; traceId: string | null }[]
  }>(baseURL, '/api/local/dead-letters?limit=1')
  const { messages } = await askApi<{
    messages: { position: string }[]
  }>(baseURL, '/api/local/topics/orders/messages?limit=1')
  const { replays } = await askApi<{ replays: { id: string }[] }>(baseURL, '/api/local/replays')
  return [
    { name: 'overview', path: '/local' },
    { name: 'topics', path: '/local/topics' },
    { name: 'topic', path: '/local/topics/orders' },
    { name: 'partitions', path: '/local/topics/orders?tab=partitions' },
    { name: 'message', path: `/local/topics/orders/messages/${messages[0]?.position}` },
    { name: 'groups', path: '/local/groups' },
    { name: 'group', path: '/local/groups/inventory' },
    { name: 'dead letters', path: '/local/dead-letters' },
    { name: 'failure group', path: `/local/failure-groups/${data.groups[0]?.id}` },
    { name: 'dead letter', path: `/local/dead-letters/${letters[0]?.id}` },
    { name: 'replays', path: '/local/replays' },
    ...(replays[0]
      ? [
          { name: 'replay', path: `/local/replays/${replays[0].id}` },
          { name: 'replay plan', path: `/local/replays/plans/${replays[0].id}` },
        ]
      : []),
    { name: 'traces', path: '/local/traces' },
    ...(letters[0]?.traceId ? [{ name: 'trace', path: `/local/traces/${letters[0].traceId}` }] : []),
    { name: 'connection', path: '/local/connection' },
    { name: 'audit', path: '/local/audit' },
    { name: 'unknown topic', path: '/local/topics/nothing-of-this-name' },
    { name: 'unknown group', path: '/local/groups/nothing-of-this-name' },
    { name: 'filtered to nothing', path: '/local/topics?q=nothing-of-this-name' },
    { name: 'unknown page', path: '/local/nothing' },
  ]
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing on any page, ${colorScheme}`, async ({ browser, baseURL }) => {
    test.setTimeout(300_000)
    const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const found: string[] = []
    for (const { name, path } of await findPages(baseURL)) {
      await page.goto(`${baseURL}${path}`)
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      found.push(
        ...violations.flatMap(({ id, nodes }) =>
          nodes.slice(0, 2).map(({ html }) => `${name}: ${id}: ${html.slice(0, 160)}`),
        ),
      )
    }
    expect(found).toEqual([])
    await context.close()
  })

test('no page needs more than 250 kB of compressed JavaScript before it listens', async ({
  page,
  baseURL,
}) => {
  // The scripts of the document itself; parts that come after the page has begun to listen are not among them.
  const scripts = /<script src="(\/_next\/[^"]+\.js)"(?![^>]*nomodule)/gi
  for (const { name, path } of await findPages(baseURL)) {
    const html = await (await page.request.get(`${baseURL}${path}`)).text()
    const sources = new Set([...html.matchAll(scripts)].map(([, source]) => source ?? ''))
    const sizes = await Promise.all(
      [...sources].map(async (source) => {
        const answer = await page.request.get(`${baseURL}${source}`)
        return gzipSync(await answer.body()).length
      }),
    )
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`    ${name}: ${Math.round(bytes / 1000)} kB`)
    expect(Math.round(bytes / 1000), name).toBeLessThanOrEqual(250)
  }
})

test('a page works by keyboard alone: find, filter, move, open, go back', async ({ page }) => {
  await page.goto('/local')
  await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await expect(page).toHaveURL(/\/topics$/)
  await expect(page.getByRole('link', { name: 'orders', exact: true }).first()).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('orders-dlt')
  await expect(page.getByRole('row')).toHaveCount(2)
  await expect(page).toHaveURL(/q=orders-dlt/)
  await page.getByRole('row').nth(1).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'orders-dlt' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/q=orders-dlt/)
  await page.locator('body').press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.locator('body').press('Shift+D')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('each state of a panel says what it is', async ({ page }) => {
  await page.goto('/local/topics/nothing-of-this-name')
  await expect(page.locator('[data-state="missing"]')).toContainText(
    'There is no topic named nothing-of-this-name',
  )
  await page.goto('/local/topics?q=nothing-of-this-name')
  await expect(page.locator('[data-state="filtered"]')).toContainText('Nothing matches the filter')
  await page.getByRole('button', { name: 'Clear filter' }).click()
  await expect(page.getByRole('link', { name: 'orders', exact: true }).first()).toBeVisible()
  await page.goto('/local/topics/orders?search=key:no-such-key')
  await expect(page.locator('[data-state="filtered"]')).toContainText('No message fits the search', {
    timeout: 30_000,
  })
})

test('a mark that is set by hand stands on the charts', async ({ page }) => {
  await page.goto('/local/groups/inventory')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.locator('body').press('Shift+M')
  await expect(page.getByRole('dialog', { name: 'Set a mark' })).toBeVisible()
  await page.keyboard.type('inventory 3.4 is out')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(
    page.getByRole('img', { name: 'Lag of inventory over the last hour' }).getByText('inventory 3.4 is out'),
  ).toBeVisible()
})

test('a link carries the time zone that was chosen to whoever opens it', async ({ page, browser }) => {
  await page.goto('/local/dead-letters')
  // What is chosen before the page listens is lost.
  await expect(async () => {
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Tokyo')
    await expect(page).toHaveURL(/zone=Asia(\/|%2F)Tokyo/, { timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await expect(page).toHaveURL(/audit\?zone=Asia(\/|%2F)Tokyo/)
  const colleague = await browser.newContext()
  const other = await colleague.newPage()
  await other.goto(page.url())
  await expect(other.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Asia/Tokyo')
  await colleague.close()
})
