import { letterDetail, letterOf, textSide } from './answers-of-messages.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const path = '/local/dead-letters/7'
const none = textSide(null)

test('a pointer says that it holds no payload, and leads to the record that died', async ({ page }) => {
  const letter = {
    ...letterOf(7),
    topic: 'dlq.orders',
    keyText: null,
    convention: 'share-group',
    isPointer: true,
    originPosition: '3@42',
  } as const
  const record = { key: none, value: none, headers: [], timestampMs: null }
  await scriptApi(page, { ...good, showDeadLetter: { body: { ...letterDetail, letter, record } } })
  await page.goto(path)
  await expect(page.getByText('The record holds no payload: it points to orders/3@42.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders/3@42' })).toHaveAttribute(
    'href',
    '/local/topics/orders/messages/3%4042',
  )
  await expect(page.getByText('The message that died, with its key and headers')).toBeVisible()
  expect(await faultsOf(page, 'pointer')).toEqual([])
})

test('earlier deaths stand below the newest, each with the record that died', async ({ page }) => {
  const earlier = {
    originTopic: { value: 'orders', from: 'header', header: 'dead-letter-topic', index: 6 },
    originPartition: { value: '1', from: 'header', header: 'dead-letter-partition', index: 7 },
    originOffset: { value: '10', from: 'header', header: 'dead-letter-offset', index: 8 },
    message: { value: 'card refused', from: 'header', header: 'dead-letter-reason', index: 9 },
  } as const
  const letter = { ...letterOf(7), convention: 'smallrye', earlierDeaths: 1 } as const
  await scriptApi(page, {
    ...good,
    showDeadLetter: { body: { ...letterDetail, letter, history: [earlier] } },
  })
  await page.goto(path)
  await expect(page.getByText('Died 2 times; above is the newest death.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders 1@10' })).toHaveAttribute(
    'href',
    '/local/topics/orders/messages/1%4010',
  )
  expect(await faultsOf(page, 'earlier deaths')).toEqual([])
})

test('a guessed origin says what tells it and what does not', async ({ page }) => {
  const letter = {
    ...letterOf(7),
    convention: 'wolverine',
    confidence: 'guess',
    originPosition: null,
  } as const
  const why = 'Only the name orders-dlt tells that it comes from orders.'
  await scriptApi(page, {
    ...good,
    showDeadLetter: {
      body: {
        ...letterDetail,
        letter,
        death: { originTopic: { value: 'orders', from: 'topic-name' } },
        reading: { conventions: ['wolverine'], confidence: 'guess', why, neverWritten: ['originTopic'] },
        origin: {
          state: 'unknown',
          why: 'It comes from orders; nothing says from which partition and offset.',
        },
      },
    },
  })
  await page.goto(path)
  await expect(page.getByText('Guessed')).toBeVisible()
  await expect(page.getByText(why)).toBeVisible()
  await expect(page.getByText('from the name of the dead-letter topic')).toBeVisible()
  await expect(page.getByText('No header of Wolverine tells: origin topic.')).toBeVisible()
  expect(await faultsOf(page, 'guess')).toEqual([])
})

test('a letter whose record is gone shows what the index kept', async ({ page }) => {
  await scriptApi(page, {
    ...good,
    showDeadLetter: {
      body: {
        ...letterDetail,
        record: null,
        recordProblem: 'The record is not there any more.',
        death: {},
        missing: [],
        reading: null,
      },
    },
  })
  await page.goto(path)
  await expect(page.getByText('The record is gone: this is what the index kept of it.')).toBeVisible()
  expect(await faultsOf(page, 'gone')).toEqual([])
})
