import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { BrokerErrorKind } from '#server/ports/broker-error.ts'
import type { ConsumerGroups } from '#server/ports/consumer-groups.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, openBench } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { lettersOf, makeLetters, planOf } from './replay-fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench?.dispose())

/** The connection with a broker that answers the question about groups otherwise. */
const withGroups = (change: (real: ConsumerGroups) => Partial<ConsumerGroups>): Connection => {
  const { groups } = bench.connection.broker
  if (!groups) throw new Error('the broker tells of groups')
  return {
    ...bench.connection,
    broker: { ...bench.connection.broker, groups: { ...groups, ...change(groups) } },
  }
}
const refusing = (kind: BrokerErrorKind, detail: string) => async () =>
  ({ ok: false, error: { kind, detail, source: 'broker' } }) as const
const commit = async (topic: string, groupId: string) => commitOffsets(bench.brokers, groupId, topic, [0])

describe('a plan whose broker does not tell who reads the target', () => {
  it.each([
    ['denied', 'Describe right on groups'],
    ['timeout', 'plan again when the broker answers'],
  ] as const)('says so, why, and what to do (%s)', async (kind, remedy) => {
    const { letters } = await makeLetters(bench, `readers-${kind}`, 2)
    const connection = withGroups(() => ({ list: refusing(kind, 'listing groups failed') }))
    const plan = await planOf(bench, letters, { connection })
    const found = plan.findings.find(({ code }) => code === 'readers-unknown')
    expect(found).toMatchObject({ severity: 'warning', count: 2 })
    expect(found?.sentence).toContain('(listing groups failed)')
    expect(found?.sentence).toContain(remedy)
  })

  it('still names those that are known, and calls none stopped whose members were not told', async () => {
    const { origin, letters } = await makeLetters(bench, 'readers-half', 2)
    const group = `half-${bench.suffix}`
    await commit(origin, group)
    await lettersOf(bench, letters)
    await bench.database.db.pool.query('UPDATE dead_letter SET consumer_group = $1 WHERE topic = $2', [
      group,
      letters,
    ])
    const missing = {
      part: 'broker 2',
      error: { kind: 'timeout', detail: 'broker 2 was late', source: 'broker' },
    }
    const connection = withGroups(() => ({
      describe: async () => ({ ok: true, value: new Map(), degraded: [missing] }) as never,
    }))
    const plan = await planOf(bench, letters, { connection })
    expect(plan.readers).toMatchObject([{ group, topic: origin }])
    const codes = plan.findings.map(({ code }) => code)
    expect(codes).toContain('readers-unknown')
    expect(codes).not.toContain('reader-stopped')
    const whole = await planOf(bench, letters)
    expect(whole.findings.map(({ code }) => code)).not.toContain('readers-unknown')
  })
})
