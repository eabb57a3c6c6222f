import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { writeTopicNature } from '#server/repositories/topic-natures.ts'
import { type Bench, good, openBench, outgoing, text } from './dead-letter-fixture.ts'
import { decideTopic, listFoundTopics } from './found-topics.ts'
import { listAudit } from './list-audit.ts'
import { lettersOf } from './replay-fixture.ts'
import { showRetryChain } from './show-retry-chain.ts'

let bench: Bench

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  await bench.index()
})
afterAll(() => bench.dispose())

describe('a topic that was found by its records', () => {
  it('is read when an operator takes it, forgotten when it is refused, and both are audited', async () => {
    const parked = await bench.makeTopic(`parked-${bench.suffix}`, 1)
    const headers = [
      text('source_topic', 'orders'),
      text('source_partition', '0'),
      text('source_offset', '9'),
    ]
    await bench.send([outgoing(parked, { headers }), outgoing(parked, { headers })])
    const nature = {
      verdict: 'proposed',
      why: "2 of 2 sampled records carry Karafka's failure headers; applications use headers of such names, too.",
      records: 2,
      letters: 2,
      conventions: ['karafka'],
      origins: ['orders'],
      delayMs: null,
    } as const
    await writeTopicNature(
      bench.deps.db,
      'local',
      { topic: parked, topicId: null, endSum: 2n },
      nature,
      Date.now(),
    )
    const found = await good(listFoundTopics(bench.deps, bench.connection, bench.call()))
    endpoints.listFoundTopics.output.parse(found)
    expect(found.topics).toMatchObject([
      { topic: parked, verdict: 'proposed', isRead: false, decision: null },
    ])
    expect(await lettersOf(bench, parked)).toEqual([])
    const decide = (decision: 'accepted' | 'refused') =>
      good(decideTopic(bench.deps, bench.connection, bench.actor, { topic: parked, decision }, bench.call()))
    expect((await decide('accepted')).topics).toMatchObject([
      { isRead: true, decision: 'accepted', decidedBy: 'tester' },
    ])
    expect(await lettersOf(bench, parked)).toHaveLength(2)
    expect((await decide('refused')).topics).toMatchObject([{ isRead: false, decision: 'refused' }])
    expect(await lettersOf(bench, parked)).toEqual([])
    // A sample does not change what an operator has said.
    const sure = { ...nature, verdict: 'dead-letter' } as const
    await writeTopicNature(
      bench.deps.db,
      'local',
      { topic: parked, topicId: null, endSum: 3n },
      sure,
      Date.now(),
    )
    expect(await lettersOf(bench, parked)).toEqual([])
    const audit = await good(
      listAudit(bench.deps, { who: '', action: '', target: parked, limit: 10 }, bench.call()),
    )
    expect(audit.entries.map(({ action }) => action)).toEqual([
      'refuse topic for dead letters',
      'take topic for dead letters',
    ])
  })
})

describe('the retry chain of a topic', () => {
  it('is the same from its origin, its retry topics and its dead-letter topic', async () => {
    const origin = await bench.makeTopic(`chain-${bench.suffix}`, 1)
    for (const ending of ['-retry-1000', '-retry-2000', '-dlt'])
      await bench.makeTopic(`${origin}${ending}`, 1)
    const chainOf = async (topic: string) => {
      const answer = await good(
        showRetryChain(bench.deps, bench.connection, topic as typeof origin, bench.call()),
      )
      return endpoints.showRetryChain.output.parse(answer).chain
    }
    const whole = {
      origin,
      topics: [
        { topic: `${origin}-retry-1000`, kind: 'retry', delayMs: 1_000, by: 'name' },
        { topic: `${origin}-retry-2000`, kind: 'retry', delayMs: 2_000, by: 'name' },
        { topic: `${origin}-dlt`, kind: 'dead-letter', delayMs: null, by: 'name' },
      ],
      delayMs: 3_000,
    }
    await expect.poll(() => chainOf(origin), { timeout: 20_000, interval: 500 }).toEqual(whole)
    expect(await chainOf(`${origin}-retry-2000`)).toEqual(whole)
    expect(await chainOf(`${origin}-dlt`)).toEqual(whole)
  })
})
