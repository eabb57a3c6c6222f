import { describe, expect, it } from 'vitest'
import { readDemoOptions, usage } from './demo-options.ts'

const preferred = { web: 8080, otlp: 4318, kafka: 9092, registry: 8081, postgres: 54320 }

describe('the demo', () => {
  it('has defaults for everything', () => {
    expect(readDemoOptions([])).toEqual({
      reset: false,
      help: false,
      shop: true,
      dataDir: '.spillway/demo',
      ports: preferred,
      rate: 5,
    })
  })
  it('takes ports, rate and folder from arguments before the environment', () => {
    const env = {
      PORT: '7000',
      KAFKA_PORT: '7001',
      SHOP_RATE: '50',
      SPILLWAY_DEMO_DATA: '/tmp/a',
      OTLP_PORT: '',
    }
    expect(readDemoOptions(['--port', '9000', '--postgres-port', '9001'], env)).toMatchObject({
      ports: { ...preferred, web: 9000, postgres: 9001, kafka: 7001 },
      rate: 50,
      dataDir: '/tmp/a',
    })
    expect(readDemoOptions(['--data', '/tmp/b'], env).dataDir).toBe('/tmp/b')
  })
  it('says what is wrong, whether it came by argument or by environment, and what there is', () => {
    expect(() => readDemoOptions(['--port', 'http'])).toThrow(
      '--port must be a number from 0 to 65535, not "http".',
    )
    expect(() => readDemoOptions([], { SCHEMA_REGISTRY_PORT: 'tcp://10.0.0.1:80' })).toThrow(
      'SCHEMA_REGISTRY_PORT must be a number from 0 to 65535, not "tcp://10.0.0.1:80".',
    )
    expect(() => readDemoOptions(['--resett'])).toThrow(/--reset +begin anew/)
  })
  it('names every port with its flag and its variable in the help', () => {
    for (const [flag, variable] of [
      ['--port', 'PORT'],
      ['--otlp-port', 'OTLP_PORT'],
      ['--kafka-port', 'KAFKA_PORT'],
      ['--registry-port', 'SCHEMA_REGISTRY_PORT'],
      ['--postgres-port', 'POSTGRES_PORT'],
    ])
      expect(usage).toMatch(new RegExp(`${flag} <n>.*\\[${variable}\\]`))
  })
})
