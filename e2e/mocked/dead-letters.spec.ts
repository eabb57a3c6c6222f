import { furtherStory, story } from './answers-of-letters.ts'
import { letterDetail, letterOf, minutesAgo, textSide, traceIdOf } from './answers-of-messages.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { type Answer, scriptApi } from './script-api.ts'

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
  const record = { key: none, value: none, headers: [], timestampMs: null, expiresAt: null }
  const rehydration = { state: 'rehydrated' } as const
  const trace = { traceId: traceIdOf(7), from: 'origin' } as const
  await scriptApi(page, {
    ...good,
    showDeadLetter: { body: { ...letterDetail, letter, record, rehydration, trace } },
  })
  await page.goto(path)
  await expect(page.getByText('The record holds no payload: it points to orders/3@42.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders/3@42' })).toHaveAttribute(
    'href',
    '/local/topics/orders/messages/3%4042',
  )
  await expect(page.getByText('The message that died, with its key and headers')).toBeVisible()
  // A pointer has none of the message's headers by its nature: they were not lost on the way.
  await expect(page.getByText('Headers on the way to the letter')).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Open trace of the origin' })).toBeVisible()
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
          sinceMs: null,
          dueAt: null,
          oldestAt: null,
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

test('a letter that is deleted is shown as the message that died, and says what a replay sends', async ({
  page,
}) => {
  const gone = {
    ...letterDetail,
    letter: letterOf(7),
    record: null,
    recordProblem: 'orders.DLT partition 0 begins at 43 now: offset 42 was deleted by retention.',
    rehydration: { state: 'rehydrated' } as const,
  }
  await scriptApi(page, { ...good, showDeadLetter: { body: gone } })
  await page.goto(path)
  await expect(page.getByText('The message that died is still there, as')).toBeVisible()
  await expect(page.getByText('without headers that retries have added since')).toBeVisible()
  expect(await faultsOf(page, 'deleted')).toEqual([])
})

test('a letter whose message is gone and that holds no payload is unrecoverable, and says since when', async ({
  page,
}) => {
  const record = { key: none, value: none, headers: [], timestampMs: null, expiresAt: null }
  const why = 'Retention or a deletion has removed offset 42 of orders partition 3: it begins at 90 now.'
  await scriptApi(page, {
    ...good,
    showDeadLetter: {
      body: {
        ...letterDetail,
        letter: { ...letterOf(7), isPointer: true },
        record,
        origin: {
          state: 'deleted',
          why,
          sinceMs: null,
          dueAt: minutesAgo(90),
          oldestAt: minutesAgo(30),
        },
        rehydration: { state: 'unrecoverable', why },
        trace: null,
      },
    },
  })
  await page.goto(path)
  await expect(page.getByText('Unrecoverable: the record holds neither key nor value')).toBeVisible()
  await expect(page.getByText(`Gone: ${why}`)).toBeVisible()
  await expect(page.getByText('Its time of retention ended')).toBeVisible()
  await expect(page.getByText('The oldest message that is still there was written')).toBeVisible()
  await expect(page.getByText('It can not be replayed: its message is gone.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Replay 1…' })).toHaveCount(0)
  expect(await faultsOf(page, 'unrecoverable')).toEqual([])
})

test('an origin of a topic made anew is told from the record that died', async ({ page }) => {
  await scriptApi(page, {
    ...good,
    showDeadLetter: {
      body: {
        ...letterDetail,
        origin: {
          state: 'made-anew',
          why: 'The topic orders was deleted and made anew since: what stands at 2@88007 now is another message.',
          sinceMs: minutesAgo(10),
          dueAt: null,
          oldestAt: null,
        },
      },
    },
  })
  await page.goto(path)
  await expect(page.getByText('Another topic now: The topic orders was deleted')).toBeVisible()
  await expect(page.getByText('Its present id was first seen')).toBeVisible()
  expect(await faultsOf(page, 'made anew')).toEqual([])
})

test('the way to the dead-letter topic shows what it did to value and headers', async ({ page }) => {
  await scriptApi(page, { ...good })
  await page.goto(path)
  await expect(page.getByText('1 the same, 1 changed, 1 lost, 1 added')).toBeVisible()
  const row = page.getByRole('row', { name: /tenant/ })
  await expect(row).toContainText('north')
  await expect(row).toContainText('south')
  expect(await faultsOf(page, 'header changes')).toEqual([])
})

test('the story of a key leads to each message, letter and replay, and is looked at further on request', async ({
  page,
}) => {
  await scriptApi(page, {
    ...good,
    showKeyStory: { of: (query) => (query.get('newer') === null ? story : furtherStory) },
  })
  await page.goto(path)
  const panel = page.getByRole('region', { name: 'Everything that happened to this key' })
  await expect(panel.getByRole('listitem')).toHaveCount(6)
  await expect(panel.getByText('the one that died')).toBeVisible()
  await expect(panel.getByRole('link', { name: 'sent by replay 42' })).toBeVisible()
  await expect(panel.getByText('not all of it yet')).toBeVisible()
  await panel.getByRole('button', { name: 'Look further' }).click()
  await expect(panel.getByRole('listitem')).toHaveCount(7)
  await expect(panel.getByText('2,000,840 messages of partition 2 of orders read: all of it.')).toBeVisible()
  await expect(panel.getByRole('button', { name: 'Look further' })).toHaveCount(0)
})

test('a failure group stays where it is when its sample payload arrives', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 500 })
  await scriptApi(page, good)
  await page.goto('/local/failure-groups/a37c9b4b4d4c76d5')
  await expect(page.getByRole('tree').first()).toBeAttached()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  expect(await page.evaluate(() => window.scrollY)).toBe(0)
})

test('a state that was chosen stands until the group is read anew', async ({ page }) => {
  const { body } = good.showFailureGroup as { readonly body: Answer<'showFailureGroup'> }
  const api = await scriptApi(page, { ...good, setFailureGroupState: 'silence' })
  await page.goto('/local/failure-groups/a37c9b4b4d4c76d5')
  const state = page.getByRole('combobox', { name: 'State', exact: true })
  await expect(page.getByRole('tree').first()).toBeAttached()
  await state.selectOption('known')
  await expect.poll(() => api.count('setFailureGroupState')).toBe(1)
  expect(body.state).toBe('new')
  await expect(state).toHaveValue('known')
  await expect(state).toBeDisabled()
})

test('a letter of an empty key is named by its place', async ({ page }) => {
  const letter = { ...letterOf(7), keyText: '' }
  await scriptApi(page, { ...good, showDeadLetter: { body: { ...letterDetail, letter } } })
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1, name: 'orders-dlt 2@7' })).toBeVisible()
})

test('letters are split off only after one has seen which those are', async ({ page }) => {
  await scriptApi(page, good)
  await page.goto('/local/failure-groups/a37c9b4b4d4c76d5')
  const panel = page.getByRole('region', { name: 'Grouping' })
  await expect(async () => {
    const open = panel.getByRole('button', { name: 'Split letters off…' })
    // It goes when the form comes, which may take longer than is waited for below.
    if (await open.isVisible()) await open.click({ timeout: 1_000 })
    await expect(panel.getByLabel('Message has')).toBeVisible({ timeout: 500 })
  }).toPass()
  await expect(panel.getByText('Took in CardDeclinedException at PaymentClient.refund')).toBeVisible()
  await panel.getByLabel('Message has').fill('timeout of *')
  await expect(panel.getByRole('button', { name: 'Split 4 letters off' })).toHaveCount(0)
  await panel.getByRole('button', { name: 'Look which letters fit' }).click()
  await expect(panel.getByText('4 of its 512 letters with “timeout of *” in their message.')).toBeVisible()
  await expect(panel.getByRole('button', { name: 'Split 4 letters off' })).toBeEnabled()
  expect(await faultsOf(page, 'split')).toEqual([])
})

test('rules are set only after one has seen what they would make, and not while letters are moved', async ({
  page,
}) => {
  await scriptApi(page, good)
  await page.goto('/local/failure-grouping')
  await expect(page.getByText('128 of 512 letters looked through, 120 moved to other groups.')).toBeVisible()
  await expect(async () => {
    await page.getByLabel('Class of the root cause').uncheck({ timeout: 1_000 })
    await expect(page.getByRole('button', { name: 'Show what these rules would make' })).toBeVisible({
      timeout: 500,
    })
  }).toPass()
  await page.getByRole('button', { name: 'Show what these rules would make' }).click()
  await expect(page.getByText('These rules would make 14 groups of the 9 you have')).toBeVisible()
  await expect(page.getByText('2 would merge, 1 would split.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Set the rules and re-group 512 letters' })).toBeDisabled()
  expect(await faultsOf(page, 'grouping')).toEqual([])
})
