import { expect, it } from 'vitest'
import { failureGroupListQuery } from '#server/contracts/failure-groups.ts'
import { inboxAsk, loadInbox } from './inbox-address.ts'

it.each([
  ['', 200],
  ['show=600', 600],
  ['show=99999', 1_000],
  ['show=0', 1],
  ['show=-3', 1],
  ['show=many', 200],
])('an address with %j asks for %i groups', async (search, groups) => {
  const view = await loadInbox(new URLSearchParams(search))
  expect(failureGroupListQuery.parse(inboxAsk('local', view).query).limit).toBe(groups)
})

it('the API refuses to list none, too many, or what is no number', () => {
  for (const limit of ['0', '1001', 'many', '2.5'])
    expect(failureGroupListQuery.safeParse({ limit }).success).toBe(false)
})
