import { editedPlan, editForm, wrongEditCheck } from './answers-of-edits.ts'
import { lettersFrom } from './answers-of-messages.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import { good } from './pages.ts'
import { scriptApi } from './script-api.ts'

const path = '/local/dead-letters/7/edit'
const planPath = '/local/replays/plans/7'

test('an edit shows what is locked, warned and left out, and what it changes before it is planned', async ({
  page,
}) => {
  await scriptApi(page, good)
  await page.goto(path)
  const headers = page.getByRole('region', { name: /^Headers/ })
  await expect(headers.getByText('Gets a new id: an edited message is another message.')).toBeVisible()
  await expect(headers.getByText('Locked: it ties the message to its trace.')).toBeVisible()
  await expect(headers.getByText('Take care: an answer finds its question by it.')).toBeVisible()
  await expect(headers.getByText('Left out of every copy: 1 failure or lineage header')).toBeVisible()
  await headers.getByRole('button', { name: 'Header 2: remove' }).click()
  await expect(headers.getByRole('button', { name: 'Put back tenant' })).toBeVisible()
  const changed = page.getByRole('region', { name: 'What is changed' })
  await expect(changed.getByText('Key: the same bytes')).toBeVisible()
  await expect(changed.getByRole('cell', { name: 'x-replay-edited' })).toBeVisible()
  await expect(changed.getByText(/Another person has to approve it/)).toBeVisible()
  await expect(changed.getByRole('button', { name: 'Plan the replay of the edited letter' })).toBeEnabled()
  expect(await faultsOf(page, 'edit')).toEqual([])
})

test('what is wrong with an edit stands at its field, and nothing can be planned', async ({ page }) => {
  await scriptApi(page, { ...good, checkLetterEdit: { body: wrongEditCheck } })
  await page.goto(path)
  await page.getByRole('button', { name: 'Edit the value' }).click()
  await expect(page.getByText('amount: must be a whole number, is the text "12"')).toBeVisible()
  await expect(page.getByText('Wrong in 2 fields, see there.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Plan the replay of the edited letter' })).toBeDisabled()
  expect(await faultsOf(page, 'wrong edit')).toEqual([])
})

test('where editing is off the page says who can allow it', async ({ page }) => {
  const refusal = 'Editing dead letters is off on Local. An administrator allows it in spillway.yaml.'
  await scriptApi(page, { ...good, showLetterEdit: { body: { ...editForm, mode: 'off', refusal } } })
  await page.goto(path)
  await expect(page.getByText(refusal)).toBeVisible()
  expect(await faultsOf(page, 'editing is off')).toEqual([])
})

test('a second person sees what an edit changes, and approves it, or declines it with a reason', async ({
  page,
}) => {
  await scriptApi(page, { ...good, showReplayPlan: { body: editedPlan({}) } })
  await page.goto(planPath)
  const edit = page.getByRole('region', { name: 'Edited letter' })
  await expect(edit.getByRole('button', { name: 'Approve the edit' })).toBeEnabled()
  await expect(edit.getByRole('button', { name: 'Decline' })).toBeDisabled()
  await expect(async () => {
    await edit.getByLabel('Reason').fill('the amount is wrong')
    await expect(edit.getByRole('button', { name: 'Decline' })).toBeEnabled({ timeout: 1_000 })
  }).toPass()
  await expect(page.getByText('It waits for approval by another person.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Replay the edited letter to orders' })).toBeDisabled()
  expect(await faultsOf(page, 'waits for approval')).toEqual([])
})

for (const [state, approval, says] of [
  ['own edit', { refusal: 'anna has edited it: another person decides.' }, /another person decides/],
  ['approved', { state: 'approved', by: 'ben', at: 1, refusal: 'decided' }, 'Approved'],
  [
    'declined',
    { state: 'declined', by: 'ben', at: 1, reason: 'wrong amount', refusal: 'decided' },
    /wrong amount/,
  ],
] as const)
  test(`the plan of an edit tells that it is: ${state}`, async ({ page }) => {
    await scriptApi(page, { ...good, showReplayPlan: { body: editedPlan(approval) } })
    await page.goto(planPath)
    await expect(page.getByRole('region', { name: 'Edited letter' }).getByText(says)).toBeVisible()
    const send = page.getByRole('button', { name: 'Replay the edited letter to orders' })
    await (state === 'approved' ? expect(send).toBeEnabled() : expect(send).toBeDisabled())
    expect(await faultsOf(page, state)).toEqual([])
  })

test('letters are discarded with a reason, all that fit when all in sight are chosen, and that is undone', async ({
  page,
}) => {
  const letterIds = ['40', '39']
  const api = await scriptApi(page, {
    ...good,
    listDeadLetters: { body: lettersFrom(40, 2) },
    decideLetters: { body: { letterIds, left: [{ why: 'being-replayed', count: 1, by: [] }] } },
  })
  await page.goto('/local/failure-groups/a37c9b4b4d4c76d5')
  const letters = page.getByRole('region', { name: 'Letters', exact: true })
  await expect(async () => {
    await letters.getByRole('checkbox', { name: 'Choose all' }).check()
    await expect(letters.getByText('2 chosen')).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await letters.getByRole('button', { name: 'Choose all 512 that fit' }).click()
  await letters.getByRole('button', { name: 'Discard 512…' }).click()
  const form = letters.getByRole('form', { name: 'Discard letters' })
  await expect(form.getByRole('button', { name: 'Discard 512' })).toBeDisabled()
  await form.getByLabel('Why?').fill('test orders of the import')
  expect(await faultsOf(page, 'discard')).toEqual([])
  await form.getByRole('button', { name: 'Discard 512' }).click()
  await expect(letters.getByText('2 letters are discarded.')).toBeVisible()
  await expect(letters.getByText('1 was left as it is: a replay is working on it.')).toBeVisible()
  api.change({ ...good, decideLetters: { body: { letterIds, left: [] } } })
  await letters.getByRole('button', { name: 'Undo' }).click()
  await expect(letters.getByText('2 letters are open again.')).toBeVisible()
  expect(await faultsOf(page, 'undone')).toEqual([])
})
