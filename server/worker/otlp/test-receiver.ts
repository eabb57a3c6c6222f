import { request as send } from 'node:http'
import pino from 'pino'
import { readKnownHosts } from '#server/known-hosts.ts'
import { openDatabase } from '#server/repositories/database.ts'
import { ensurePartitions } from '#server/repositories/span-partitions.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from './start-otlp-receiver.ts'

export type TestReceiver = {
  readonly database: TestDatabase
  readonly receiver: OtlpReceiver
  post(body: string | Uint8Array, headers?: Record<string, string>, path?: string): Promise<Answer>
  request(
    method: string,
    path: string,
    body: string | Uint8Array,
    headers: Record<string, string>,
  ): Promise<Answer>
  close(): Promise<void>
}
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** For tests: a receiver over a database of its own. `reach` may give the database another address, a proxy's. */
export const startTestReceiver = async (
  serverUrl: string,
  options: Partial<OtlpReceiverOptions> = {},
  reach: (url: string) => string = (url) => url,
): Promise<TestReceiver> => {
  const database = await createTestDatabase(serverUrl)
  await ensurePartitions(database.db, Date.now())
  const db = openDatabase(reach(database.url))
  const receiver = await startOtlpReceiver({
    db,
    port: 0,
    host: '127.0.0.1',
    logger: pino({ level: 'silent' }),
    clock: { nowMs: () => Date.now() },
    knownHosts: readKnownHosts(undefined),
    ...options,
  })
  const request: TestReceiver['request'] = (method, path, body, headers) =>
    new Promise((resolve, reject) => {
      const outgoing = send({ host: '127.0.0.1', port: receiver.port, method, path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        )
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  return {
    database,
    receiver,
    request,
    post: (body, headers = { 'content-type': 'application/json' }, path = '/v1/traces') =>
      request('POST', path, body, headers),
    close: async () => {
      await receiver.close()
      await db.close()
      await database.drop()
    },
  }
}

/** The JSON form of one span as OpenTelemetry's SDKs send it; `parts` replace or add fields. */
export const spanJson = (parts: Record<string, unknown> = {}): Record<string, unknown> => ({
  traceId: '5B8EFFF798038103D269B633813FC60C',
  spanId: 'EEE19B7EC3C1B174',
  name: 'process orders',
  kind: 5,
  startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
  endTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n + 41_000_000n),
  ...parts,
})

export const requestJson = (
  spans: readonly unknown[],
  resource: readonly unknown[] = [attribute('service.name', 'payments')],
) => ({
  resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
})

export const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
