import * as brokers from './answers-of-brokers.ts'
import * as schemas from './answers-of-schemas.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

test('a draft is tried before it can be registered, and what the registry refuses can not be', async ({
  page,
}) => {
  const api = await scriptApi(page, good)
  await page.goto('/local/schema-draft?subject=orders-value')
  const text = page.getByRole('textbox', { name: 'Text of the draft' })
  await expect(text).toHaveValue(/OrderPlaced/)
  await expect(page.getByRole('button', { name: 'Try it first' })).toBeDisabled()
  await page.getByRole('button', { name: 'Try against the latest version' }).click()
  await expect(page.getByRole('button', { name: 'The registry would refuse it' })).toBeDisabled()
  await expect(page.locator('[data-rule="fails"]').first()).toContainText(
    'READER_FIELD_MISSING_DEFAULT_VALUE',
  )
  await expect(page.locator('[data-verdict]')).toContainText('new readers of old data fail on it')

  api.change({
    testSchema: { body: { ...schemas.verdict, problem: 'Unexpected token (line 2, character 3)' } },
  })
  await text.fill('{\n  oops')
  await page.getByRole('button', { name: 'Try against the latest version' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'line 2' })).toBeVisible()
})

test('what was tried for one subject is not registered under another', async ({ page }) => {
  const passing = schemas.verdict.rules.map((rule) => ({ ...rule, passes: true }))
  await scriptApi(page, { ...good, testSchema: { body: { ...schemas.verdict, rules: passing } } })
  await page.goto('/local/schema-draft')
  const subject = page.getByRole('textbox', { name: /^Subject/ })
  await subject.fill('orders-value')
  await page.getByRole('textbox', { name: 'Text of the draft' }).fill('{"type":"string"}')
  await page.getByRole('button', { name: 'Try against the latest version' }).click()
  await expect(page.getByRole('button', { name: /^Register the .* of orders-value$/ })).toBeEnabled()
  await subject.fill('payments-value')
  await expect(page.getByRole('button', { name: 'Try it first' })).toBeDisabled()
})

test('a deletion in production waits for the name, one that is refused for nothing', async ({ page }) => {
  const [first, ...others] = brokers.connections.connections
  if (!first) throw new Error('there is a connection')
  const production = { name: 'production', colour: 'red' as const, production: true }
  const connections = [{ ...first, readOnly: false, environment: production }, ...others]
  const api = await scriptApi(page, { ...good, listConnections: { body: { connections } } })
  await page.goto('/local/schemas/orders-value/deletion')
  const button = page.getByRole('button', { name: 'Delete orders-value (2 versions)' })
  await expect(button).toBeDisabled()
  await page.getByLabel(/type orders-value to confirm/).fill('orders-value')
  await expect(button).toBeEnabled()
  api.change({
    planSchemaDeletion: {
      body: {
        ...schemas.deletion,
        permanent: true,
        findings: [{ severity: 'refused', sentence: 'Delete softly first.' }],
      },
    },
  })
  await page.getByRole('checkbox', { name: 'For good' }).check()
  await expect(page.locator('[data-finding="refused"]')).toHaveText('Delete softly first.')
  await expect(page.getByRole('button', { name: /^Delete orders-value .* for good$/ })).toBeDisabled()
})

test('a registry that offers only a part is told so, and the page stands', async ({ page }) => {
  await scriptApi(page, {
    ...good,
    showSubject: {
      body: {
        ...schemas.subject,
        compatibility: { value: null, why: 'the registry failed (500)' },
        degraded: [{ source: 'registry', code: 'registry-unreachable', detail: 'the registry failed (500)' }],
      },
    },
  })
  await page.goto('/local/schemas/orders-value')
  await expect(page.locator('[data-state="partial"]')).toContainText('the registry failed (500)')
  await expect(page.getByText('not told: the registry does not offer this (404)')).toBeVisible()
  await expect(page.getByRole('table', { name: 'Versions' })).toContainText('v7')
})

test('a deletion that is clicked twice is sent once', async ({ page }) => {
  await scriptApi(page, { ...good, deleteSchema: 'silence' })
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url())
  })
  await page.goto('/local/schemas/orders-value/deletion')
  await page.getByRole('button', { name: 'Delete orders-value (2 versions)' }).dblclick()
  await expect(page.getByRole('button', { name: 'Deleting…' })).toBeDisabled()
  expect(sent).toHaveLength(1)
})

test('a dialog gives the focus back to what opened it', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/schemas/orders-value')
  const opener = page.getByRole('button', { name: 'Compatibility…' })
  await opener.click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(opener).toBeFocused()
})
