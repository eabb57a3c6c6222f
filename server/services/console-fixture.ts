import { Kafka, logLevel } from 'kafkajs'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import type { Result } from '#server/domain/result.ts'
import { readEnv } from '#server/env.ts'
import type { TestDatabase } from '#server/repositories/test-database.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

export const testCall = () => ({ signal: AbortSignal.timeout(10_000) })
export const quietKafka = (brokers: string) =>
  new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })

/** A composition of one connection named Local, as the web process makes it. */
export const composeLocal = (
  database: TestDatabase,
  brokers: string,
  registryUrl: string,
  more: { readonly readOnly?: boolean; readonly environment?: object } = {},
): Composition =>
  compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers,
        registry: { url: registryUrl },
        ...more,
      }),
    ],
  })

/** What a use case is called with: the composition's means and its one connection. */
export const meansOf = ({ deps }: Composition): [Deps, Connection] => {
  const [connection] = deps.connections
  if (!connection) throw new Error('the test has one connection')
  return [deps, connection]
}

/** The value of an answer that must be good and fit its contract. */
export const good = async <T>(
  output: { parse(value: unknown): unknown },
  answer: Promise<Result<T, Fault>>,
): Promise<T> => {
  const result = await answer
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`)
  output.parse(result.value)
  return result.value
}
