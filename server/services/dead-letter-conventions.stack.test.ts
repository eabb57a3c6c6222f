import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { makeDeadLetterRules } from '#server/domain/dead-letter-rules.ts'
import * as written from '#server/domain/hand-written-letters-fixture.ts'
import { type Bench, good, openBench, outgoing, text } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listFailureGroups } from './list-failure-groups.ts'
import { showDeadLetter } from './show-dead-letter.ts'

let bench: Bench
let origin: TopicName
let letters: TopicName

/** A death under SmallRye's names, made into one of this test's own origin. */
const renamed = (headers: readonly RawHeader[], names: readonly string[]): readonly RawHeader[] =>
  headers.map((header) => (names.includes(header.name) ? text(header.name, origin) : header))

const sent: readonly [convention: string, headers: () => readonly RawHeader[]][] = [
  ['spring-dead-letter', () => written.springTwice],
  ['spring-retryable', () => written.retryable],
  ['spring-cloud-stream', () => written.binderTwice],
  ['kafka-connect', () => written.connectTwice],
  ['connect-style', () => written.connectOwnPrefix],
  ['kafka-streams', () => written.streams('com.shop.Failed: x')],
  ['smallrye', () => written.smallryeTwice],
  ['smallrye-retry', () => written.smallryeRetry],
  ['karafka', () => written.karafka('source_')],
  ['watermill', () => written.watermill],
  ['wolverine', () => written.wolverine],
  ['laravel-kafka', () => written.laravelKafka],
  ['masstransit', () => written.massTransit],
  ['nservicebus', () => written.nServiceBus],
  ['share-group', () => renamed(written.shareGroup(), ['__dlq.errors.topic'])],
  ['unrecognised', () => written.userHeaders],
  ['configured:acme', () => [text('x-acme-from', origin), text('x-acme-error', 'com.acme.Refused')]],
]

/** The bench's connection with a convention and an origin as an operator may describe them. */
const configured = (connection: Connection): Connection => ({
  ...connection,
  deadLetterRules: makeDeadLetterRules(
    [
      {
        name: 'configured:acme',
        marker: ['x-acme-from'],
        newest: 'last',
        timestampOf: 'unknown',
        fields: {
          originTopic: { header: 'x-acme-from', encoding: 'text' },
          errorClass: { header: 'x-acme-error', encoding: 'text' },
        },
        failureHeaders: /^x-acme-/,
        hasCommonNames: true,
      },
    ],
    [{ topics: new RegExp(`^${letters}$`), originTopic: null, group: 'from-mapping' }],
  ),
})

const listed = async () =>
  (await good(listDeadLetters(bench.deps, bench.connection, { topic: letters, limit: 100 }, bench.call())))
    .letters
const shown = async (convention: string) => {
  const letter = (await listed()).find((one) => one.convention === convention)
  return good(showDeadLetter(bench.deps, bench.connection, letter?.id ?? '', bench.call()))
}

beforeAll(async () => {
  const opened = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await opened.makeTopic(`conv-${opened.suffix}`, 4)
  letters = await opened.makeTopic(`${origin}-parked-dlq`, 1)
  bench = { ...opened, connection: configured(opened.connection) }
  await bench.send([
    ...Array.from({ length: 43 }, () =>
      outgoing(origin, {
        partition: 3,
        key: 'order-7',
        value: '{"order":7}',
        headers: [text('tenant', 'acme')],
      }),
    ),
    ...sent.map(([convention, headers]) =>
      outgoing(letters, {
        headers: headers(),
        ...(convention === 'share-group' ? { key: null, value: null } : {}),
      }),
    ),
  ])
  // The bench indexes by its own connection, so the one with the rules is given to it.
  Object.assign(opened.connection, { deadLetterRules: bench.connection.deadLetterRules })
  await bench.index()
})
afterAll(() => bench.dispose())

describe('the index of letters of every convention', () => {
  it('knows each by its headers, with how sure its origin is', async () => {
    const found = new Map((await listed()).map((letter) => [letter.convention, letter.confidence]))
    expect(Object.fromEntries(found)).toEqual({
      'spring-dead-letter': 'certain',
      'spring-retryable': 'certain',
      'spring-cloud-stream': 'certain',
      'kafka-connect': 'certain',
      'connect-style': 'likely',
      'kafka-streams': 'likely',
      smallrye: 'certain',
      'smallrye-retry': 'certain',
      karafka: 'likely',
      watermill: 'likely',
      wolverine: 'guess',
      'laravel-kafka': 'guess',
      masstransit: 'likely',
      nservicebus: 'likely',
      'share-group': 'certain',
      unrecognised: 'guess',
      'configured:acme': 'likely',
    })
  })

  it('counts deaths before the newest, and deliveries where they are told', async () => {
    const letters = new Map((await listed()).map((letter) => [letter.convention, letter]))
    expect(letters.get('smallrye')?.earlierDeaths).toBe(1)
    expect(letters.get('smallrye-retry')?.earlierDeaths).toBe(0)
    expect(letters.get('smallrye-retry')?.attempts).toBe(3)
    expect(letters.get('wolverine')?.deathTimeSource).toBe('header')
  })

  it('groups by what was thrown and never by what a framework puts around it', async () => {
    const query = { q: '', limit: 200, state: 'all', topic: letters } as const
    const { groups } = (await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))).data
    const spring = groups.find(({ conventions }) => conventions.includes('spring-cloud-stream'))
    expect(spring?.rootCause).toBe('com.shop.payments.CardDeclinedException')
    expect(spring?.frame).toBe('com.shop.payments.PaymentClient.charge(PaymentClient.java)')
    const ofGroup = (name: string) => groups.find(({ conventions }) => conventions.includes(name as never))
    expect(ofGroup('laravel-kafka')?.confidence).toBe('guess')
    expect(ofGroup('share-group')).toMatchObject({ confidence: 'certain', isPointer: true })
    expect(groups.every(({ rootCause }) => !/Listener|Messaging|Handling/.test(rootCause ?? ''))).toBe(true)
    expect(groups.find(({ conventions }) => conventions.includes('wolverine'))?.frame).toBe(
      'Shop.Payments.PaymentClient.ChargeAsync(Order order)',
    )
  })
})

describe('the page of a letter', () => {
  it('tells which header each fact came from, what is missing, and what is never written', async () => {
    const { death, history, missing, reading } = await shown('smallrye')
    expect(death.originOffset).toEqual({
      value: '20',
      from: 'header',
      header: 'dead-letter-offset',
      index: 4,
    })
    expect(history.map(({ originOffset }) => originOffset?.value)).toEqual(['10'])
    expect(missing).toEqual(['causeClass'])
    expect(reading).toMatchObject({ confidence: 'certain', conventions: ['smallrye'] })
    expect(reading?.neverWritten).toContain('stack')
  })

  it('reads the origin record of a pointer, which holds no payload itself', async () => {
    const { letter, record, origin: found } = await shown('share-group')
    expect(letter).toMatchObject({
      isPointer: true,
      originTopic: origin,
      originPosition: '3@42',
      attempts: 5,
    })
    expect(record?.value.kind).toBe('null')
    expect(found).toMatchObject({ state: 'found', sameKey: null, sameValue: null })
  })

  it('names the topic whose id the broker wrote instead of its name', async () => {
    const [topic] = (await good(bench.connection.broker.topics.list(bench.call()))).filter(
      ({ name }) => name === origin,
    )
    const id = Buffer.from((topic?.topicId ?? '').replaceAll('-', ''), 'hex').toString('base64url')
    await bench.send([outgoing(letters, { key: 'by id', value: null, headers: written.shareGroup(id) })])
    await bench.index()
    const letter = (await listed()).find(({ keyText }) => keyText === 'by id')
    expect(letter).toMatchObject({ originTopic: origin, confidence: 'certain', isPointer: false })
    const detail = await good(showDeadLetter(bench.deps, bench.connection, letter?.id ?? '', bench.call()))
    expect(detail.death.originTopic).toMatchObject({ value: origin, header: '__dlq.errors.topic' })
    expect(detail.reading?.why).toContain(`it is that of ${origin}`)
    expect(detail.origin.state).toBe('found')
  })

  it('names what else tells where a letter comes from: its topic, then the mapping', async () => {
    const { death, reading, origin: found } = await shown('laravel-kafka')
    expect(death.originTopic).toEqual({ value: `${origin}-parked`, from: 'topic-name' })
    expect(death.group).toEqual({ value: 'from-mapping', from: 'mapping' })
    expect(reading?.why).toContain('Only the name')
    expect(found).toMatchObject({ state: 'unknown' })
  })

  it('reads a convention that the operator describes', async () => {
    const { death, reading } = await shown('configured:acme')
    expect(death.errorClass?.value).toBe('com.acme.Refused')
    expect(reading?.conventions).toEqual(['configured:acme'])
  })
})
