import { expect, it } from 'vitest'
import { sayGuarantee } from './say-guarantee.ts'

const transactions = { mode: 'transactions', why: null } as const

it('promises only what is known of the readers', () => {
  expect(sayGuarantee(transactions, [])).toBe('Exactly once for read_committed readers')
  expect(sayGuarantee(transactions, [{ group: 'payments', isolation: 'unknown' }])).toBe(
    'Exactly once for read_committed readers; unknown for payments',
  )
  expect(
    sayGuarantee(transactions, [
      { group: 'view', isolation: 'committed' },
      { group: 'payments', isolation: 'unknown' },
      { group: 'payments', isolation: 'unknown' },
      { group: 'audit', isolation: 'unknown' },
      { group: 'search', isolation: 'uncommitted' },
    ]),
  ).toBe(
    'Exactly once for read_committed readers (view); unknown for payments, audit; not for search, which may see copies of aborted batches after a crash',
  )
})

it('says why it is at least once only', () => {
  expect(sayGuarantee({ mode: 'at-least-once', why: 'no right' }, [])).toBe(
    'At least once: after a crash in between, a copy may be sent twice (no right)',
  )
  expect(sayGuarantee(null, [])).toMatch(/^Not known yet/)
})
