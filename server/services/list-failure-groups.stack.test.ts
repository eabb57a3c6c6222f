import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { type Bench, good, openBench } from './dead-letter-fixture.ts'
import { listFailureGroups } from './list-failure-groups.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

it('counts all groups, also beyond those that it lists, and says that it is cut', async () => {
  const add = (from: number, to: number, state: string) =>
    bench.database.db.prisma.failureGroup.createMany({
      data: Array.from({ length: to - from }, (_, index) => ({
        id: `group-${from + index}`,
        connectionId: 'local',
        state,
        errorClass: 'CardDeclinedException',
        originTopic: state === 'new' ? 'orders' : 'refunds',
        deadLetterTopics: [state === 'new' ? 'orders-dlt' : 'refunds-dlt'],
        consumerGroup: 'payments',
        services: state === 'new' ? [] : ['Refund-Service'],
        letters: 1n,
        firstSeenAt: new Date(1_795_000_000_000 + from + index),
        lastSeenAt: new Date(1_795_000_000_000 + from + index),
      })),
    })
  const list = async (more: Record<string, string> = {}) => {
    const query = endpoints.listFailureGroups.query.parse({ state: 'all', ...more })
    return (await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))).data
  }
  await add(0, 200, 'resolved')
  expect(await list()).toMatchObject({ unfilteredTotal: 200, cutAt: null })
  await add(200, 1_200, 'new')
  const { groups, ...rest } = await list()
  expect(groups).toHaveLength(200)
  expect(rest).toMatchObject({
    unfilteredTotal: 1_200,
    fittingTotal: 1_200,
    cutAt: 200,
    rankedOf: null,
    counts: { new: 1_000, resolved: 200 },
  })
  // The oldest of all stands first where the order says so.
  await bench.database.db.prisma.failureGroup.update({ where: { id: 'group-0' }, data: { letters: 99n } })
  expect((await list({ sort: 'count' })).groups.slice(0, 2).map(({ id, count }) => [id, count])).toEqual([
    ['group-0', 99],
    ['group-1199', 1],
  ])
  // By default what dies now stands before what died more often.
  await bench.database.db.pool.query(
    `INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, convention)
     VALUES ('local', 'orders-dlt', 0, 0, 'group-7', now() - interval '30 seconds', 'spring-dead-letter')`,
  )
  expect((await list()).groups.slice(0, 2).map(({ id, perMinute }) => [id, perMinute])).toEqual([
    ['group-7', 1],
    ['group-1199', 0],
  ])
  // Older than those listed, and found all the same.
  for (const filter of [
    { state: 'resolved' },
    { topic: 'refunds' },
    { topic: 'refunds-dlt', group: 'payments' },
    { q: 'refund-service' },
  ]) {
    const { groups: found, fittingTotal, cutAt } = await list(filter)
    expect([found.length, fittingTotal, cutAt]).toEqual([200, 200, null])
  }
  expect(await list({ q: '%' })).toMatchObject({ groups: [], fittingTotal: 0 })
  expect(await list({ state: 'open' })).toMatchObject({ fittingTotal: 1_000, cutAt: 200 })
  expect((await list({ limit: '1000' })).groups).toHaveLength(1_000)
  // Likewise by keys, which are read only for this order.
  await bench.database.db.prisma.failureGroupKeys.create({
    data: { failureGroupId: 'group-1', estimate: 1n, isExact: true, sketch: Buffer.alloc(0) },
  })
  await bench.database.db.prisma.failureGroup.update({ where: { id: 'group-1' }, data: { keysDue: false } })
  expect((await list({ sort: 'keys' })).groups[0]).toMatchObject({
    id: 'group-1',
    keys: { count: 1, isExact: true },
  })
})
