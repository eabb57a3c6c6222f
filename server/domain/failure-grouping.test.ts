import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGrouping, type GroupChange, groupLetter, refuseUndo } from './failure-grouping.ts'
import { compileRules, fitsPattern, hasParts } from './grouping-rules.ts'

const merge = (id: number, source: string, target: string, homes = [source]): GroupChange => ({
  id: BigInt(id),
  kind: 'merge',
  source,
  target,
  homes,
  condition: null,
})
const split = (id: number, source: string, target: string, message: string): GroupChange => ({
  id: BigInt(id),
  kind: 'split',
  source,
  target,
  homes: [source],
  condition: { message },
})
const facts = (message: string) => ({ topic: 'orders-dlt', message, header: () => undefined, homes: [] })
const group = (changes: readonly GroupChange[], fingerprint: string, message = '') =>
  groupLetter(compileGrouping({ version: 1n, rules: [], changes }), fingerprint, facts(message))

describe('a letter', () => {
  it('belongs to its fingerprint where nobody has changed anything', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (fingerprint, message) => {
        expect(group([], fingerprint, message)).toEqual({ failureGroupId: fingerprint, homes: null })
      }),
    )
  })

  it('follows merges, also of what was merged before', () => {
    const changes = [merge(1, 'a', 'b'), merge(2, 'b', 'c', ['b', 'a'])]
    expect(group(changes, 'a')).toEqual({ failureGroupId: 'c', homes: 'a' })
    expect(group(changes.slice(0, 1), 'a')).toEqual({ failureGroupId: 'b', homes: 'a' })
    expect(compileGrouping({ version: 1n, rules: [], changes }).homesOf('c')).toEqual(['c', 'a', 'b'])
    expect(compileGrouping({ version: 1n, rules: [], changes }).homesOf('a')).toEqual([])
  })

  it('is split off before it is merged, and a split can be merged back', () => {
    const changes = [split(1, 'a', 's', 'timeout'), merge(2, 's', 'b')]
    expect(group(changes, 'a', 'a timeout')).toEqual({ failureGroupId: 'b', homes: 'a,s' })
    expect(group(changes, 'a', 'other')).toEqual({ failureGroupId: 'a', homes: null })
    expect(group([split(1, 'a', 's', 'timeout'), merge(2, 's', 'a')], 'a', 'timeout')).toEqual({
      failureGroupId: 'a',
      homes: 'a,s',
    })
  })

  it('stays where a header put it that nobody can read any more', () => {
    const change: GroupChange = {
      ...split(1, 'a', 's', ''),
      condition: { header: { name: 'v', value: '2' } },
    }
    const grouping = compileGrouping({ version: 1n, rules: [], changes: [change] })
    const known = (homes: readonly string[]) =>
      groupLetter(grouping, 'a', { ...facts(''), homes }).failureGroupId
    expect(known(['a', 's'])).toBe('s')
    expect(known(['a'])).toBe('a')
  })

  it('can not be taken out of what later changes build on', () => {
    const changes = [
      merge(1, 'a', 'b'),
      merge(2, 'b', 'c', ['b', 'a']),
      split(3, 'd', 's', 'x'),
      split(4, 's', 't', 'y'),
    ]
    expect(refuseUndo(changes, 1n)).toContain('undo that first')
    expect(refuseUndo(changes, 2n)).toBeNull()
    expect(refuseUndo(changes, 3n)).toContain('undo that first')
    expect(refuseUndo(changes, 4n)).toBeNull()
    expect(refuseUndo(changes, 9n)).toContain('does not hold')
  })
})

describe('patterns', () => {
  it('find the parts of a text in their order', () => {
    expect(hasParts('timeout of bank 7', 'timeout*7')).toBe(true)
    expect(hasParts('7 timeout', 'timeout*7')).toBe(false)
    fc.assert(
      fc.property(fc.array(fc.string().filter((one) => !one.includes('*'))), (parts) => {
        expect(hasParts(parts.join('-'), parts.join('*'))).toBe(true)
      }),
    )
  })

  it('fit whole names', () => {
    expect(fitsPattern('orders-dlt', 'orders-dlt')).toBe(true)
    expect(fitsPattern('orders-dlt', '*-dlt')).toBe(true)
    expect(fitsPattern('orders-dlt', 'orders*')).toBe(true)
    expect(fitsPattern('orders-dlt', '*')).toBe(true)
    expect(fitsPattern('orders-dlt', 'o*s*t')).toBe(true)
    expect(fitsPattern('orders-dlt', 'orders')).toBe(false)
    expect(fitsPattern('aba', 'ab*ba')).toBe(false)
  })

  it('decide the rule of a topic, mask messages, and take their time with long ones', () => {
    const rule = {
      topics: '*-dlt',
      byClass: true,
      byFrame: true,
      byOriginTopic: true,
      byGroup: true,
      byMessage: 'always' as const,
      masks: ['order-*', 'user=*&role=*'],
      ignoredFrames: ['com.shop.platform.', '/app/src/lib/'],
    }
    const ruleOf = compileRules([rule])
    expect(ruleOf('orders')).toBeUndefined()
    const found = ruleOf('orders-dlt')
    expect(found?.normalise('order-abc failed')).toBe(found?.normalise('order-xyz failed'))
    expect(found?.isIgnoredFrame?.('com.shop.platform.Retry.run(Retry.java)')).toBe(true)
    expect(found?.isIgnoredFrame?.('charge (/app/src/lib/retry.ts)')).toBe(true)
    expect(found?.isIgnoredFrame?.('com.shop.payments.Client.charge(Client.java)')).toBe(false)
    const startedAt = performance.now()
    found?.normalise('user='.repeat(20_000))
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
