import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Bench, openBench, outgoing } from './dead-letter-fixture.ts'
import { sampleTopicFormats } from './sample-topic-formats.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

it('tells what the newest messages of topics decode as, without nulls, and of an empty topic nothing', async () => {
  const mixed = await bench.makeTopic(`mixed-${bench.suffix}`, 2)
  const empty = await bench.makeTopic(`empty-${bench.suffix}`, 1)
  await bench.send([
    outgoing(mixed, { key: 'k', value: '{"a":1}' }),
    outgoing(mixed, { key: 'k', value: '{"a":2}' }),
    outgoing(mixed, { key: 'k', value: 'plain words' }),
    outgoing(mixed, { key: 'k', value: null }),
  ])
  const sampled = await sampleTopicFormats(bench.deps, bench.connection, [mixed, empty], bench.call())
  if (!sampled.ok) throw new Error(sampled.error.detail)
  expect(sampled.value.topics).toMatchObject([
    { topic: mixed, key: ['text'], value: ['json', 'text'], messages: 4, problem: null },
    { topic: empty, key: [], value: [], messages: 0, problem: null },
  ])
  const again = await sampleTopicFormats(bench.deps, bench.connection, [mixed], bench.call())
  expect(again.ok && again.value.topics[0]?.sampledAt).toBe(sampled.value.topics[0]?.sampledAt)
})
