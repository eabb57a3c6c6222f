import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultSearch, parseConfig, readConfig } from './config.ts'
import { deadLetterRulesOf } from './dead-letter-config.ts'
import { decodeDeadLetter } from './domain/decode-dead-letter.ts'
import { describeHeader } from './domain/known-headers.ts'
import { readLetterFacts } from './domain/letter-facts.ts'
import { makeStripTest } from './domain/replay-copy.ts'
import { readEnv } from './env.ts'

const secrets = { KAFKA_PASSWORD: 'k', REGISTRY_PASSWORD: 'r' }

describe('spillway.yaml', () => {
  it('as the example shows it can be used', () => {
    const { connections } = parseConfig(
      readFileSync('spillway.example.yaml', 'utf8'),
      'spillway.example.yaml',
      secrets,
    )
    expect(connections.map(({ id, readOnly }) => [id, readOnly])).toEqual([
      ['staging', false],
      ['production', true],
    ])
    expect(connections[1]?.sasl?.password).toBe('k')
  })
  it('sets what a search may cost, and the environment goes before it', () => {
    const { search } = parseConfig(
      readFileSync('spillway.example.yaml', 'utf8'),
      'spillway.example.yaml',
      secrets,
    )
    expect(search).toEqual(defaultSearch)
    const env = readEnv({ SPILLWAY_CONFIG: 'none.yaml', SPILLWAY_SEARCH_MOST_MB: '7' })
    expect(readConfig(env, {}).search).toEqual({ ...defaultSearch, mostMegabytes: 7 })
    const text = 'connections: [{ id: a, name: A, brokers: "x:1" }]\nsearch: { seconds: 0 }\n'
    expect(() => parseConfig(text, 'spillway.yaml', {})).toThrow(/spillway\.yaml line 2: search\.seconds/)
  })
  it('says how long before their end dead letters are kept, and off is none', () => {
    const keepExpiring = (chosen: string) =>
      parseConfig(
        `connections: [{ id: one, name: One, brokers: "kafka:9092"${chosen} }]`,
        'spillway.yaml',
        {},
      ).connections[0]?.keepExpiring
    const most = { letterBytes: 1_000_000, bytes: 1_000_000_000 }
    expect(keepExpiring('')).toBeNull()
    expect(keepExpiring(', keepExpiring: off')).toBeNull()
    expect(keepExpiring(', keepExpiring: 30m')).toEqual({ withinMs: 1_800_000, ...most })
    expect(keepExpiring(', keepExpiring: { within: 2d, megabytes: 5 }')).toEqual({
      withinMs: 172_800_000,
      letterBytes: 1_000_000,
      bytes: 5_000_000,
    })
    expect(() => keepExpiring(', keepExpiring: soon')).toThrow(/line 1: connections.0.keepExpiring/)
  })
  it('says at which line what is wrong', () => {
    const text = 'connections:\n  - id: a\n    name: A\n    brokers: x:1\n    readonly: true\n'
    expect(() => parseConfig(text, 'spillway.yaml', {})).toThrow(
      /spillway\.yaml line 2: connections\.0: .*readonly/i,
    )
    expect(() => parseConfig('connections: [', 'spillway.yaml', {})).toThrow(/spillway\.yaml line \d+/)
  })
  it('names the environment variables that are missing', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's own way to name a variable
    const text = 'connections:\n  - { id: a, name: A, brokers: "${BROKERS}" }\n'
    expect(() => parseConfig(text, 'spillway.yaml', {})).toThrow(
      'spillway.yaml: set these environment variables: BROKERS',
    )
  })
})

describe('a dead-letter convention of the operator', () => {
  const exampleRules = () => {
    const { connections } = parseConfig(
      readFileSync('spillway.example.yaml', 'utf8'),
      'spillway.example.yaml',
      secrets,
    )
    const [, production] = connections
    if (!production) throw new Error('the example has two connections')
    return deadLetterRulesOf(production)
  }
  const text = (name: string, value: string) => ({ name, value: Buffer.from(value) })
  const bytes = (name: string, digits: string) => ({ name, value: Buffer.from(digits, 'hex') })
  const letter = [
    text('tenant', 'acme'),
    text('x-acme-topic', 'orders'),
    bytes('x-acme-partition', '00000003'),
    bytes('x-acme-offset', '0020000000000001'),
    text('x-acme-consumer', 'payments'),
    text('x-acme-retries', '2'),
    text('x-acme-error', 'com.acme.Refused'),
    text('x-acme-retry-topic', 'orders.again'),
  ]

  it('is read as the example describes it, with the encodings it names', () => {
    const decoded = decodeDeadLetter(letter, 'acme-dead', exampleRules())
    expect(decoded?.convention).toBe('configured:acme')
    const values = Object.entries(decoded?.death ?? {}).map(([field, { value }]) => [field, value])
    expect(Object.fromEntries(values)).toEqual({
      originTopic: 'orders',
      originPartition: 3,
      originOffset: '9007199254740993',
      group: 'payments',
      attempts: 3,
      errorClass: 'com.acme.Refused',
    })
    expect(decoded?.missing).toEqual(['message', 'stack'])
    expect(decodeDeadLetter(letter)).toBeNull()
  })
  it('has its headers explained, and left out of a copy with those to be stripped', () => {
    const rules = exampleRules()
    expect(describeHeader(bytes('x-acme-partition', '00000003'), false, rules)).toMatchObject({
      text: '3',
      meaning: 'Partition where it died (acme)',
    })
    const isStripped = makeStripTest(letter, rules)
    expect(letter.map(({ name }) => name).filter((name) => !isStripped(name))).toEqual(['tenant'])
    expect(isStripped('x-acme-other')).toBe(false)
    expect(makeStripTest([])('x-acme-topic')).toBe(false)
  })
  it('may say where the letters of a topic come from that tell nothing themselves', () => {
    const read = (topic: string) => {
      const { originTopic, group, confidence } = readLetterFacts(
        'c',
        { topic, headers: [], key: null, value: null },
        exampleRules(),
      )
      return [originTopic, group, confidence]
    }
    expect(read('parking-lot.orders')).toEqual(['orders', 'payments', 'likely'])
    expect(read('elsewhere')).toEqual([null, null, 'none'])
  })
  it.each([
    ['{ name: a, headers: {} }', /line 5: .*headers: name the header of originTopic, errorClass or message/],
    [
      '{ name: a, headers: { message: m, originOffset: { header: o, encoding: text } } }',
      /line 5: .*originOffset\.encoding: originOffset is written as one of decimal-text, int32-be, int64-be/,
    ],
    ['{ name: a, headers: { message: m, offset: o } }', /line 5: .*headers: .*"offset"/],
    ['{ name: "a:b", headers: { message: m } }', /line 5: .*name/],
    ['{ name: a, headers: { message: m }, retryTopics: "(" }', /line 5: .*retryTopics: a regular expression/],
    [
      '{ name: a, headers: { message: m } }\n      - { name: a, headers: { message: n } }',
      /deadLetterConventions: each convention has a name of its own/,
    ],
  ])('that is written as %s is refused with what to write', (written, message) => {
    const yaml = `connections:
  - id: a
    name: A
    brokers: x:1
    deadLetterConventions: [${written}]`
    const listed = yaml.replace(/\[(.*)\]$/s, '\n      - $1')
    expect(() => parseConfig(written.includes('\n') ? listed : yaml, 'spillway.yaml', {})).toThrow(message)
  })
})
