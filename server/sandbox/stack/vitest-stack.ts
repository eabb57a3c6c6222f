import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { StackPart } from './stack-parts.ts'
import { startStack } from './start-stack.ts'
import { wakeCoordinators } from './wake-coordinators.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    brokers: string
    registryUrl: string
    databaseUrl: string
  }
}

/**
 * Gives the stack tests their real Kafka, registry and PostgreSQL: those of KAFKA_BROKERS, SCHEMA_REGISTRY_URL and
 * DATABASE_URL where set, the rest started in a folder of its own and removed at the end.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL } = process.env
  const parts: StackPart[] = [
    ...(DATABASE_URL ? [] : ['postgres' as const]),
    ...(KAFKA_BROKERS ? [] : ['kafka' as const]),
    ...(SCHEMA_REGISTRY_URL ? [] : ['registry' as const]),
  ]
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-stack-'))
  // Test processes, scan threads and spawned workers all compile the same sources when they start.
  process.env.NODE_COMPILE_CACHE ??= join(dataDir, 'compiled')
  const stack = await startStack({ dataDir, parts, volatile: true })
  if (!KAFKA_BROKERS) await wakeCoordinators(stack.brokers)
  project.provide('brokers', KAFKA_BROKERS ?? stack.brokers)
  project.provide('registryUrl', SCHEMA_REGISTRY_URL ?? stack.registryUrl)
  project.provide('databaseUrl', DATABASE_URL ?? stack.databaseUrl)
  return async () => {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
