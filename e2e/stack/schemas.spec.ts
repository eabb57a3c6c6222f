import { expect, test } from '../fixtures/journey.ts'
import { breakShop, fixShop } from '../fixtures/shop-control.ts'
import { lookWithAxe } from '../mocked/faults-of.ts'

const api = async (baseURL: string | undefined, path: string) =>
  (await fetch(`${baseURL}${path}`)).json() as Promise<never>

type Letter = { record: { value: { schema: { name: string; version: number } | null } } | null }

test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ baseURL }) => {
  breakShop('schema-change')
  // The failure group's sample is its newest letter: it must be one that was written with the new version.
  await expect
    .poll(
      async () => {
        const { data } = (await api(baseURL, '/api/local/failure-groups?limit=100')) as {
          data: { groups: { id: string; group: string | null }[] }
        }
        const group = data.groups.find((one) => one.group === 'connect-fraud')
        if (!group) return null
        const { sampleLetterId } = (await api(baseURL, `/api/local/failure-groups/${group.id}`)) as {
          sampleLetterId: string
        }
        const { record } = (await api(baseURL, `/api/local/dead-letters/${sampleLetterId}`)) as Letter
        return record?.value.schema?.version ?? null
      },
      { timeout: 100_000, intervals: [2_000] },
    )
    .toBeGreaterThan(1)
})
test.afterAll(() => fixShop('schema-change'))

test('7: which schema change made these messages unreadable', async ({ page, effort }) => {
  await page.goto('/')
  await effort.begin()
  await page
    .getByRole('listitem')
    .filter({ hasText: /fraud keeps failing on orders.*DataException/s })
    .getByRole('link', { name: 'Open failure group' })
    .click()
  const schema = page
    .getByRole('region', { name: 'Sample payload' })
    .getByRole('group', { name: 'Schema of this payload' })
  await schema.getByRole('link', { name: /^What changed in v\d+$/ }).click()
  await expect(
    page.getByRole('heading', { level: 1, name: /^What changed in orders-value v\d+$/ }),
  ).toBeVisible()
  const meaning = page.getByRole('region', { name: 'For whom it breaks' })
  await expect(meaning.locator('[data-verdict]')).toContainText('Old readers of new data fail on it')
  await expect(meaning).toContainText('currency (string) is gone.')
  await expect(meaning).toContainText('Old readers of new data fail: they need the field')
  await expect(meaning).toContainText('region (int) is new and has no default.')
  await expect(page.getByRole('group', { name: 'Text of both versions' })).toContainText('added:')
  await effort.within(3, 'task 7')
  expect(await lookWithAxe(page, 'comparison')).toEqual([])
})

test('who uses the version, and how messages depart from their contract, by samples', async ({ page }) => {
  await page.goto('/local/schemas')
  await page.getByRole('button', { name: 'Sample all topics now' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'messages looked at' })).toBeVisible()
  await expect(page.locator('[data-drift="without-schema"]').first()).toContainText('without a schema')
  await page.getByRole('row').filter({ hasText: 'orders-value' }).first().getByRole('link').first().click()
  await expect(page.getByRole('table', { name: 'Versions' })).toContainText('What changed')
  await expect(page.getByRole('table', { name: 'Versions' })).toContainText('orders')
})

test('a subject is registered, gets a version, and is deleted softly and for good', async ({ page }) => {
  const subject = `journey-${Date.now()}-value`
  const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'Journey', fields })
  await page.goto(`/local/schema-draft?subject=${subject}`)
  await page.getByRole('textbox', { name: 'Text of the draft' }).fill(record({ name: 'id', type: 'int' }))
  await page.getByRole('button', { name: 'Try against the latest version' }).click()
  await page.getByRole('button', { name: `Register the first version of ${subject}` }).click()
  await expect(page.getByRole('heading', { level: 1, name: `${subject} v1` })).toBeVisible()

  await page.goto(`/local/schemas/${subject}`)
  await page.getByRole('button', { name: 'Compatibility…' }).click()
  await page.getByRole('radio', { name: /^BACKWARD new readers must read data of the latest/ }).check()
  await page.getByRole('button', { name: 'Set BACKWARD' }).click()
  await expect(page.getByText('BACKWARD', { exact: true }).first()).toBeVisible()

  await page.getByRole('link', { name: 'New version…' }).click()
  await page
    .getByRole('textbox', { name: 'Text of the draft' })
    .fill(record({ name: 'id', type: 'int' }, { name: 'city', type: 'string' }))
  await page.getByRole('button', { name: 'Try against the latest version' }).click()
  await expect(page.getByRole('button', { name: 'The registry would refuse it' })).toBeDisabled()
  await expect(page.locator('[data-rule="fails"]').first()).toBeVisible()

  await page.goto(`/local/schemas/${subject}/deletion`)
  await page.getByRole('button', { name: `Delete ${subject} (1 version)` }).click()
  await expect(page.getByText('deleted softly').first()).toBeVisible()
  await page.getByRole('link', { name: 'Delete for good…' }).click()
  await expect(page.getByText('This can not be undone.', { exact: false })).toBeVisible()
  await page.getByRole('button', { name: `Delete ${subject} (1 version) for good` }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Schemas' })).toBeVisible()
  await page.goto('/local/audit')
  await expect(page.getByRole('table', { name: 'Audit entries' })).toContainText('delete schema for good')
})
