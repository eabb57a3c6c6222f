import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { topicChangePlan } from '#server/contracts/topic-changes.ts'
import { movedPercent } from './plan-add-partitions.ts'
import { mayApply, planTopicChange } from './plan-topic-change.ts'
import type { ChangeFacts, TopicNow } from './topic-change-facts.ts'
import { changedSince, isAsWanted, seenOf, undoOf } from './topic-change-progress.ts'

type Setting = TopicNow['settings'][number]
const setting = (name: string, value: string, more: Partial<Setting> = {}): Setting => ({
  name,
  value,
  isDefault: true,
  defaultValue: value,
  isReadOnly: false,
  ...more,
})
const topicOf = (more: Partial<TopicNow> = {}): TopicNow => ({
  name: 'orders',
  topicId: '11111111-2222-4333-8444-555555555555',
  kind: 'ordinary',
  partitions: [
    { leader: 1, replicas: [1, 2], inSync: [1, 2] },
    { leader: 2, replicas: [2, 1], inSync: [2] },
  ],
  settings: [
    setting('cleanup.policy', 'delete'),
    setting('retention.ms', '604800000'),
    setting('retention.bytes', '-1'),
    setting('max.message.bytes', '1048588'),
    setting('min.insync.replicas', '1'),
  ],
  messages: 1_000n,
  sizeBytes: 4_000_000n,
  partitionBytes: [3_000_000n, 1_000_000n],
  producedPerSecond: 0,
  groups: [],
  subjects: [],
  ...more,
})
const factsOf = (topic: TopicNow | null, more: Partial<ChangeFacts> = {}): ChangeFacts => ({
  topic,
  topicNames: ['orders'],
  brokers: 2,
  environment: { name: 'local', colour: 'grey', production: false },
  refusedBecause: null,
  readersProblem: null,
  outdated: null,
  brokerRefusal: null,
  ...more,
})
const change = (settings: Readonly<Record<string, string | null>>): TopicChangeRequest => ({
  action: 'change-settings',
  topic: 'orders' as never,
  settings: { ...settings },
})
const remove: TopicChangeRequest = { action: 'delete', topic: 'orders' as never }
const codesOf = (request: TopicChangeRequest, facts: ChangeFacts) =>
  planTopicChange(request, facts).findings.map(({ code }) => code)
const sentenceOf = (request: TopicChangeRequest, facts: ChangeFacts, wanted: string) =>
  planTopicChange(request, facts).findings.find(({ code }) => code === wanted)?.sentence

const anyRequest: fc.Arbitrary<TopicChangeRequest> = fc.oneof(
  fc.record({
    action: fc.constant('create' as const),
    topic: fc.string({ maxLength: 300 }),
    partitions: fc.integer({ min: 1, max: 1_000 }),
    replicationFactor: fc.integer({ min: 1, max: 5 }),
    settings: fc.dictionary(fc.constantFrom('retention.ms', 'cleanup.policy', 'x.y'), fc.string()),
  }),
  fc
    .dictionary(
      fc.constantFrom('retention.ms', 'retention.bytes', 'cleanup.policy', 'min.insync.replicas', 'x.y'),
      fc.option(fc.oneof(fc.string(), fc.constantFrom('compact', '1000', '-1'))),
    )
    .map((settings) => change(settings)),
  fc
    .integer({ min: 1, max: 100 })
    .map((total): TopicChangeRequest => ({ action: 'add-partitions', topic: 'orders' as never, total })),
  fc.constant(remove),
)
const anyTopic: fc.Arbitrary<TopicNow | null> = fc.option(
  fc
    .record({
      kind: fc.constantFrom('ordinary', 'internal', 'dead-letter', 'retry'),
      messages: fc.option(fc.bigInt({ min: 0n, max: 10n ** 18n })),
      sizeBytes: fc.option(fc.bigInt({ min: 0n, max: 10n ** 18n })),
      partitionBytes: fc.option(fc.array(fc.bigInt({ min: 0n, max: 10n ** 18n }))),
      producedPerSecond: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      groups: fc.array(
        fc.record({
          group: fc.string({ minLength: 1, maxLength: 20 }),
          state: fc.constantFrom('stable', 'empty', 'dead', 'rebalancing'),
          lag: fc.bigInt({ min: 0n, max: 10n ** 18n }),
        }),
      ),
    })
    .map((more) => topicOf(more as Partial<TopicNow>)),
)

describe('a plan of any change', () => {
  it('fits the contract, has its worst findings first, and may be applied only when nothing refuses it', () => {
    fc.assert(
      fc.property(anyRequest, anyTopic, fc.option(fc.string()), (request, topic, refusedBecause) => {
        const plan = planTopicChange(request, factsOf(topic, { refusedBecause }))
        topicChangePlan.parse(plan)
        const ranks = plan.findings.map(({ severity }) => ['refused', 'warning', 'fact'].indexOf(severity))
        expect(ranks).toEqual(ranks.toSorted())
        expect(mayApply(plan)).toBe(!ranks.includes(0))
        if (refusedBecause !== null) expect(mayApply(plan)).toBe(false)
        if (topic === null && request.action !== 'create') expect(mayApply(plan)).toBe(false)
      }),
    )
  })
  it('never fits a topic that was made anew, and always one that is still the same', () => {
    fc.assert(
      fc.property(anyRequest, anyTopic, (request, topic) => {
        const seen = seenOf(request, topic)
        if (request.action === 'create')
          expect(changedSince(request, null, topic) === null).toBe(topic === null)
        else {
          expect(changedSince(request, seen, topic) === null).toBe(topic !== null)
          if (topic)
            expect(
              changedSince(request, seen, { ...topic, topicId: '99999999-2222-4333-8444-555555555555' }),
            ).toContain('made anew')
        }
      }),
    )
  })
  it('of settings leads back to where it began when its undo is carried out', () => {
    const withChanges = (topic: TopicNow, request: TopicChangeRequest): TopicNow =>
      request.action !== 'change-settings'
        ? topic
        : {
            ...topic,
            settings: topic.settings.map((one) => {
              const wanted = request.settings[one.name]
              if (wanted === undefined) return one
              return { ...one, value: wanted ?? one.defaultValue, isDefault: wanted === null }
            }),
          }
    const values = fc.dictionary(
      fc.constantFrom('retention.ms', 'cleanup.policy', 'max.message.bytes'),
      fc.option(fc.string()),
    )
    fc.assert(
      fc.property(values, values, (before, wanted) => {
        const topic = withChanges(topicOf(), change(before))
        const request = change(wanted)
        const after = withChanges(topic, request)
        expect(isAsWanted(request, seenOf(request, topic), after)).toBe(true)
        const undo = undoOf(request, seenOf(request, topic))
        expect(undo && withChanges(after, undo)).toEqual(topic)
      }),
    )
  })
})

describe('a plan of changed settings', () => {
  it('says how much a shorter retention deletes, and that a longer one deletes nothing', () => {
    const outdated = { messages: 12_345n, bytes: 3_100_000_000n }
    const facts = factsOf(topicOf(), { outdated })
    expect(sentenceOf(change({ 'retention.ms': '3600000' }), facts, 'deletes')).toMatch(
      /^Retention from 7 d to 1 h deletes about 12,345 messages, 3\.10 GB, within minutes/,
    )
    expect(codesOf(change({ 'retention.ms': '-1' }), facts)).toEqual([])
    expect(codesOf(change({ 'retention.ms': '3600000' }), factsOf(topicOf()))).toEqual(['deletes'])
    const compacted = topicOf({
      settings: [setting('cleanup.policy', 'compact'), setting('retention.ms', '604800000')],
    })
    expect(codesOf(change({ 'retention.ms': '3600000' }), factsOf(compacted, { outdated }))).toEqual([])
  })
  it('counts what lies above a lower limit of size, partition by partition', () => {
    expect(sentenceOf(change({ 'retention.bytes': '2000000' }), factsOf(topicOf()), 'deletes')).toMatch(
      /deletes about 250 messages, 1\.00 MB/,
    )
    expect(codesOf(change({ 'retention.bytes': '5000000' }), factsOf(topicOf()))).toEqual(['deletes-nothing'])
  })
  it('warns when producers would be refused at once', () => {
    expect(codesOf(change({ 'min.insync.replicas': '3' }), factsOf(topicOf()))).toEqual(['min-insync'])
    expect(codesOf(change({ 'min.insync.replicas': '2' }), factsOf(topicOf()))).toEqual(['short-now'])
  })
  it('refuses what changes nothing, and values that Kafka does not take, at their fields', () => {
    expect(codesOf(change({ 'retention.ms': '604800000' }), factsOf(topicOf()))).not.toContain('value')
    expect(codesOf(change({ 'retention.ms': null }), factsOf(topicOf()))).toEqual(['no-change'])
    const { findings } = planTopicChange(change({ 'retention.ms': '7d' }), factsOf(topicOf()))
    expect(findings.find(({ code }) => code === 'value')?.field).toBe('retention.ms')
  })
  it('says what compaction and deletion begin to do', () => {
    expect(codesOf(change({ 'cleanup.policy': 'compact' }), factsOf(topicOf()))).toEqual([
      'compacts',
      'grows',
    ])
    expect(codesOf(change({ 'cleanup.policy': 'compact,delete' }), factsOf(topicOf()))).toEqual(['compacts'])
  })
})

describe('a plan of a deletion', () => {
  it('names readers, what they have not read, and asks for the name on production', () => {
    const topic = topicOf({
      groups: [
        { group: 'payments', state: 'stable', lag: 3n },
        { group: 'audit', state: 'empty', lag: 0n },
      ],
      kind: 'dead-letter',
      producedPerSecond: 20,
    })
    const environment = { name: 'live', colour: 'red', production: true } as const
    const plan = planTopicChange(remove, factsOf(topic, { environment }))
    expect(plan.findings.map(({ code }) => code)).toEqual(['read', 'unread', 'written', 'dead-letters'])
    expect(plan.findings[0]?.sentence).toContain('payments')
    expect([plan.nameToType, plan.undo]).toEqual(['orders', 'It can not be undone.'])
    expect(plan.effect).toBe('Delete orders and its 1,000 messages')
  })
  it('is refused for an internal topic, and conflicts when a group has begun to read', () => {
    expect(mayApply(planTopicChange(remove, factsOf(topicOf({ kind: 'internal' }))))).toBe(false)
    const read = topicOf({ groups: [{ group: 'new', state: 'stable', lag: 0n }] })
    expect(changedSince(remove, seenOf(remove, topicOf()), read)).toContain('The group new has begun to read')
  })
})

describe('a plan of more partitions', () => {
  it('tells the share of keys that move as counting them does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (now, more) => {
        const total = now + more
        const hashes = now * total
        let moved = 0
        for (let hash = 0; hash < hashes; hash++) if (hash % now !== hash % total) moved++
        expect(movedPercent(now, total)).toBe(Math.round((100 * moved) / hashes))
      }),
    )
  })
  it('is refused unless they become more', () => {
    const add = (total: number): TopicChangeRequest => ({
      action: 'add-partitions',
      topic: 'orders' as never,
      total,
    })
    expect(codesOf(add(2), factsOf(topicOf()))).toEqual(['not-more'])
    expect(codesOf(add(4), factsOf(topicOf()))).toEqual(['keys-move'])
    expect(codesOf(add(4), factsOf(topicOf({ messages: 0n })))).toEqual(['empty'])
  })
})

describe('a plan of a new topic', () => {
  const create: TopicChangeRequest = {
    action: 'create',
    topic: 'payments',
    partitions: 3,
    replicationFactor: 3,
    settings: {},
  }
  it('leaves it to the broker whether brokers that are away count', () => {
    expect(codesOf(create, factsOf(null))).toEqual(['replicas-away'])
    const brokerRefusal = { detail: 'only 2 are registered', field: 'replicationFactor' }
    expect(codesOf(create, factsOf(null, { brokerRefusal }))).toEqual(['replicas'])
  })
  it('says what the broker alone refuses, in its words', () => {
    const brokerRefusal = { detail: 'a policy wants names to begin with a team', field: null }
    expect(sentenceOf(create, factsOf(null, { brokerRefusal }), 'broker')).toContain('a policy')
  })
})
