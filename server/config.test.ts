import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultSearch, parseConfig, readConfig } from './config.ts'
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
