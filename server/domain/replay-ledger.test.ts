import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLedgerKey,
  decodeLedgerValue,
  encodeLedgerValue,
  hashContent,
  type LedgerValue,
  ledgerKeyOf,
  ledgerPartitionOf,
  ledgerTopicId,
  transactionalIdOf,
} from './replay-ledger.ts'

const source = {
  clusterId: 'MkU3OEVBNTcwNTJENDM2Qk',
  topicId: '6b2d4a0e-7c0e-4b4c-8a59-1d2f3a4b5c6d',
  partition: 3,
}
const value = {
  job: '9f1b2c3d-0000-4000-8000-000000000000',
  number: 42,
  item: '9223372036854775807',
  target: { topic: 'orders', partition: 0, offset: '9007199254740993' },
  by: 'ünï',
  at: '2026-11-21T03:02:11.000Z',
  hash: 'x',
  reason: '',
}

describe('a key of the ledger', () => {
  it('comes back as it was, with 64-bit offsets', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.integer({ min: 0, max: 99_999 }),
        fc.integer({ min: 1, max: 99_999 }),
        (offset, partition, attempt) => {
          const key = { ...source, partition, offset, attempt }
          expect(decodeLedgerKey(Buffer.from(ledgerKeyOf(key)))).toEqual(key)
        },
      ),
    )
  })

  it('of something else is none', () => {
    for (const text of ['', 'a/b/c', 'a/b/1/2/x', 'a/b/1/2/3/4'])
      expect(decodeLedgerKey(Buffer.from(text))).toBeNull()
    expect(decodeLedgerKey(null)).toBeNull()
  })
})

it('values of the ledger are JSON, whatever an operator wrote, and come back as they were', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 50 })
  const own = fc.record({
    ...{ by: words, reason: words, number: fc.option(fc.nat()) },
    offset: fc.option(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
    traces: fc.option(fc.constant({ copy: 'a'.repeat(32), origin: 'b'.repeat(32) }), { nil: undefined }),
  })
  fc.assert(
    fc.property(own, ({ offset, traces, ...shared }) => {
      const target = { ...value.target, offset: offset?.toString() ?? null }
      const made: LedgerValue = { ...value, ...shared, target, ...(traces ? { traces } : {}) }
      const bytes = encodeLedgerValue(made)
      expect(JSON.parse(bytes.toString())).toEqual(made)
      expect(decodeLedgerValue(bytes)).toEqual(made)
    }),
  )
})

it('anything else is no value of the ledger', () => {
  for (const text of ['', '{}', '[]', 'null', '{"job":1}'])
    expect(decodeLedgerValue(Buffer.from(text))).toBeNull()
  expect(decodeLedgerValue(null)).toBeNull()
})

it('a dead-letter partition has one transactional id and one place in the ledger', () => {
  expect(transactionalIdOf(source)).toBe(
    'spillway-replay.MkU3OEVBNTcwNTJENDM2Qk.6b2d4a0e-7c0e-4b4c-8a59-1d2f3a4b5c6d.3',
  )
  const places = Array.from({ length: 64 }, (_, partition) => ledgerPartitionOf({ ...source, partition }, 8))
  expect(new Set(places).size).toBe(8)
  expect(ledgerPartitionOf(source, 8)).toBe(ledgerPartitionOf({ ...source }, 8))
})

it('a topic without an id is named by its name', () => {
  expect(ledgerTopicId('orders-dlt', null)).toBe('orders-dlt')
  expect(ledgerTopicId('orders-dlt', '00000000-0000-0000-0000-000000000000')).toBe('orders-dlt')
  expect(ledgerTopicId('orders-dlt', source.topicId)).toBe(source.topicId)
})

it('the hash of a copy tells null from empty and one header from two', () => {
  const header = (name: string, text: string | null) => ({
    name,
    value: text === null ? null : Buffer.from(text),
  })
  const copies = [
    { key: null, value: null, headers: [] },
    { key: Buffer.alloc(0), value: null, headers: [] },
    { key: null, value: Buffer.alloc(0), headers: [] },
    { key: null, value: null, headers: [header('a', 'bc')] },
    { key: null, value: null, headers: [header('ab', 'c')] },
    { key: null, value: null, headers: [header('a', null)] },
    { key: null, value: null, headers: [header('a', 'b'), header('c', '')] },
  ]
  expect(new Set(copies.map(hashContent)).size).toBe(copies.length)
  // Edits are kept with theirs.
  expect(
    hashContent({
      key: null,
      value: Buffer.alloc(0),
      headers: [header('tät', null), header('b', 'xy')],
    }),
  ).toBe(createHash('sha256').update('-1:0:4:tät-1:1:b2:xy').digest('base64url'))
})
