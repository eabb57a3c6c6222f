import { apiVersionsV1, type Connection } from '@platformatic/kafka'

/** A versioned request of the client library. */
export type BrokerApi<A extends unknown[], R> = {
  readonly key: number
  readonly version: number
  readonly async: (connection: Connection, ...args: A) => Promise<R>
}

/** Requests that are used, by key: their name, and the Kafka release that brought the version in use. */
const requests: Readonly<Record<number, readonly [name: string, since: string]>> = {
  0: ['Produce', '2.7'],
  1: ['Fetch', '3.1'],
  2: ['ListOffsets', '3.0'],
  3: ['Metadata', '3.1'],
  9: ['OffsetFetch', '3.0'],
  10: ['FindCoordinator', '3.0'],
  15: ['DescribeGroups', '2.4'],
  16: ['ListGroups', '3.8'],
  19: ['CreateTopics', '2.8'],
  20: ['DeleteTopics', '2.8'],
  22: ['InitProducerId', '2.7'],
  24: ['AddPartitionsToTxn', '2.8'],
  26: ['EndTxn', '2.8'],
  32: ['DescribeConfigs', '2.8'],
  35: ['DescribeLogDirs', '3.3'],
  37: ['CreatePartitions', '2.7'],
  44: ['IncrementalAlterConfigs', '2.4'],
  60: ['DescribeCluster', '2.8'],
  69: ['ConsumerGroupDescribe', '3.7'],
}

/** The broker does not know a request, or only older versions of it. */
export class UnsupportedApiError extends Error {
  override readonly name = 'UnsupportedApiError'
}

type Range = { readonly min: number; readonly max: number }
const asked = new WeakMap<Connection, Promise<ReadonlyMap<number, Range> | null>>()

/** What the broker offers, asked once a connection. Null when it does not say: then requests speak for themselves. */
const offeredBy = (connection: Connection): Promise<ReadonlyMap<number, Range> | null> => {
  const known = asked.get(connection)
  if (known) return known
  const asking = apiVersionsV1.api.async(connection, 'spillway', '1').then(
    ({ apiKeys }) =>
      new Map(
        apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]),
      ),
    () => null,
  )
  asked.set(connection, asking)
  return asking
}

/** Throws `UnsupportedApiError`, saying what is needed and what is there, when the broker can not answer this request. */
export const requireApi = async (
  connection: Connection,
  { key, version }: Pick<BrokerApi<never, unknown>, 'key' | 'version'>,
): Promise<void> => {
  const offered = await offeredBy(connection)
  const range = offered?.get(key)
  if (offered === null || (range && range.min <= version && version <= range.max)) return
  const [name, since] = requests[key] ?? [`request ${key}`, null]
  const there = range ? `it offers versions ${range.min} to ${range.max}` : 'it does not offer it'
  const older = range === undefined || range.max < version
  const release = older && since !== null ? `; Kafka ${since} or newer is needed` : ''
  throw new UnsupportedApiError(
    `the broker at ${connection.host}:${connection.port} can not answer ${name} version ${version} (${there})${release}`,
  )
}
