import {
  chosenHex,
  decoders,
  largeMessage,
  messageBefore,
  noneBefore,
  orderMessage,
} from './answers-of-payloads.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const path = '/local/topics/orders/messages/4@88004'
const script = { ...good, showMessage: { body: orderMessage() }, showDecoders: { body: decoders() } }

test('the tree: by keyboard through the document, its path, the number behind a time, and what is found', async ({
  page,
}) => {
  await scriptApi(page, script)
  await page.goto(path)
  const tree = page.getByRole('tree', { name: 'Value, tree' })
  await expect(tree).toContainText('"customerId": 9007199254740993')
  await expect(tree).toContainText('1795255200123')
  await tree.focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
  await expect(page.getByText('lines', { exact: true })).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(tree).toContainText('12 items')
  await expect(tree).not.toContainText('kettle-11')
  await page.getByLabel('Find in this payload').fill('KETTLE-11')
  await expect(page.getByText('1 of 1')).toBeVisible()
  await expect(tree).toContainText('kettle-11')
  await expect(page.getByText('lines[11].sku')).toBeVisible()
  expect(await faultsOf(page, 'tree')).toEqual([])
})

test('the view stands in the address, and a pasted link opens it', async ({ page }) => {
  await scriptApi(page, script)
  await page.goto(`${path}?view=raw`)
  const value = page.getByRole('region', { name: 'Value' })
  await expect(value.getByRole('button', { name: 'Raw' })).toHaveAttribute('aria-pressed', 'true')
  await value.getByRole('button', { name: 'Hex' }).click()
  await expect(page).toHaveURL(/view=hex/)
  await expect(page.getByRole('group', { name: 'Value, bytes' })).toContainText('00000000  7b 0a')
  await page.locator('body').press('b')
  await expect(page).not.toHaveURL(/view=/)
  expect(await faultsOf(page, 'hex')).toEqual([])
})

test('the difference to the message before: looked for, told, not there, failed', async ({ page }) => {
  const api = await scriptApi(page, { ...script, findSameKey: 'silence' })
  await page.goto(`${path}?view=diff`)
  await expect(page.getByText('Looking for the message before of the same key')).toBeVisible()
  const found: string[] = []
  api.change({ findSameKey: { body: messageBefore } })
  await page.reload()
  const differences = page.getByRole('group', { name: 'Value, differences' })
  await expect(differences.getByRole('row')).toHaveCount(2)
  await expect(differences).toContainText('90071992547409929007199254740993')
  found.push(...(await faultsOf(page, 'difference')))
  api.change({ findSameKey: { body: noneBefore } })
  await page.reload()
  await expect(page.getByText('No message before of the same key was found')).toBeVisible()
  api.change({ findSameKey: { problem: 'broker-unreachable', detail: 'No broker of local answered.' } })
  await page.reload()
  await expect(page.getByText('No broker of local answered.').first()).toBeVisible()
  found.push(...(await faultsOf(page, 'failed difference')))
  expect(found).toEqual([])
})

test('why a decoder was taken and the others not, and the choice of another', async ({ page }) => {
  const api = await scriptApi(page, script)
  const found: string[] = []
  await page.goto(path)
  const value = page.getByRole('region', { name: 'Value' })
  await value.getByRole('button', { name: 'Why Avro?' }).click()
  await expect(value.getByRole('row', { name: /Protobuf/ })).toContainText('schema 4 is Avro')
  await expect(value.getByRole('option', { name: 'shop.v1.Order' })).toBeAttached()
  found.push(...(await faultsOf(page, 'decoders')))
  api.change({
    chooseDecoder: {
      problem: 'permission-denied',
      detail: 'local operator does not have the permission decoders:choose.',
    },
  })
  await value.getByRole('combobox').selectOption('hex')
  await expect(value.getByText('does not have the permission decoders:choose')).toBeVisible()
  found.push(...(await faultsOf(page, 'refused choice')))
  api.change({
    chooseDecoder: { body: chosenHex },
    showDecoders: { body: chosenHex },
    showMessage: {
      body: orderMessage({
        kind: 'bytes',
        isJson: false,
        choice: { decoder: 'hex', name: 'Hexadecimal', fits: true },
      }),
    },
  })
  await value.getByRole('combobox').selectOption('hex')
  await expect(value.getByText('read as Hexadecimal by choice')).toBeVisible()
  await expect(value.getByText('Hexadecimal: chosen by local operator')).toBeVisible()
  found.push(...(await faultsOf(page, 'chosen')))
  expect(found).toEqual([])
})

test('a large payload: the first part, and why the rest could not be loaded', async ({ page }) => {
  await scriptApi(page, { ...script, showMessage: { body: largeMessage } })
  await page.goto(path)
  await expect(page.getByText('first part only')).toBeVisible()
  await page.getByRole('button', { name: /^Load all/ }).click()
  await expect(page.getByText('It could not be loaded')).toBeVisible()
  expect(await faultsOf(page, 'large')).toEqual([])
})
