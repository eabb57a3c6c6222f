import { expect, it } from 'vitest'
import { joinShares, type ShareFreshness } from './join-shares.ts'

const share = (at: number, more: Partial<ShareFreshness> = {}): ShareFreshness => ({
  source: `index ${at}/4`,
  lastGoodAtMs: 100_000 - at,
  ageMs: 1_000 + at,
  detail: '',
  behind: 10n,
  failing: false,
  ...more,
})
const joinedOf = (rows: readonly ShareFreshness[]) =>
  joinShares(rows).find(({ source }) => source === 'index')

it('is as old as the oldest share and behind by all of them', () => {
  expect(joinedOf([1, 2, 3, 4].map((at) => share(at)))).toEqual({
    source: 'index',
    lastGoodAtMs: 99_996,
    ageMs: 1_004,
    detail: '40 records behind',
    behind: 40n,
    failing: false,
  })
})

it('says that one share stands still while the others work', () => {
  const joined = joinedOf([share(1), share(2), share(3, { ageMs: 185_000, lastGoodAtMs: 5 }), share(4)])
  expect(joined).toMatchObject({
    lastGoodAtMs: 5,
    ageMs: 185_000,
    detail: '1 of 4 shares last worked 3 min 5 s ago; 40 records behind',
  })
})

it('has never worked as long as one of its shares has not', () => {
  expect(joinedOf([share(1), share(2)])).toMatchObject({
    lastGoodAtMs: null,
    ageMs: null,
    behind: null,
    detail: '2 of 4 shares have not run yet',
  })
})

it('fails with the reason of the one that fails', () => {
  const joined = joinedOf([
    share(1),
    share(2, { failing: true, detail: 'the broker is away' }),
    share(3),
    share(4),
  ])
  expect(joined).toMatchObject({ failing: true, detail: 'the broker is away' })
})

it('leaves other sources alone, and drops the whole and what another number of shares has left', () => {
  const broker = { ...share(1), source: 'broker' }
  const all = [1, 2, 3, 4].map((at) => share(at))
  const former = [
    { ...share(1, { behind: 9n }), source: 'index' },
    { ...share(1, { ageMs: null }), source: 'index 1/2' },
  ]
  expect(joinShares([broker, ...former, ...all])).toEqual([broker, ...joinShares(all)])
})
