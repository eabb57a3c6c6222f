import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, metadataV12, type SASLOptions } from '@platformatic/kafka'
import type { ConnectionConfig } from '#server/config.ts'
import { type BrokerApi, requireApi } from './broker-apis.ts'
import { tolerate } from './errors.ts'

export type BrokerAddress = { readonly host: string; readonly port: number }
type MetadataTopic = ReturnType<typeof metadataV12.parseResponse>['topics'][number]
export type Metadata = {
  readonly clusterId: string
  /** The broker that takes changes; null while there is none. */
  readonly controller: number | null
  readonly brokers: ReadonlyMap<number, BrokerAddress>
  readonly topics: ReadonlyMap<string, MetadataTopic>
}

const metadataLifetimeMs = 5_000
const connectTimeoutMs = 3_000
const requestTimeoutMs = 15_000

const saslOf = (sasl: NonNullable<ConnectionConfig['sasl']>): SASLOptions => ({
  mechanism: sasl.mechanism,
  ...(sasl.username === undefined ? {} : { username: sasl.username }),
  ...(sasl.password === undefined ? {} : { password: sasl.password }),
  ...(sasl.token === undefined ? {} : { token: sasl.token }),
})

/** One error for every way of giving up: callers abort with reasons of their own. */
const givenUp = (): DOMException => new DOMException('given up', 'AbortError')

/** Throws that one error when the caller has given up. */
export const throwIfGivenUp = (signal: AbortSignal): void => {
  if (signal.aborted) throw givenUp()
}

/** Waits, or throws that one error as soon as the caller gives up. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {
    throw givenUp()
  })

/** Settles like the promise, or rejects as soon as the signal fires. The request itself ends by its own timeout. */
export const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  if (signal.aborted) {
    // Nobody waits for it any more, nor for its failure.
    work.catch(() => {})
    throw givenUp()
  }
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(givenUp())
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Megabytes of records come over a line of their own: a broker answers one line in order, and questions are not to wait. */
export type LineUse = 'questions' | 'records'
type Line = { readonly connection: Connection; readonly opened: Promise<Connection>; isOpening: boolean }

/** Closes a connection in whatever state it is: the library leaves the socket of one that failed to log in. */
const close = async (connection: Connection): Promise<void> => {
  const closed = connection.close()
  connection.socket?.destroy()
  await closed
}

/** Connections to the brokers of one cluster, one a broker and use, made when first needed and made anew when lost. */
export class KafkaClient {
  readonly #bootstrap: readonly BrokerAddress[]
  readonly #config: ConnectionConfig
  readonly #lines = new Map<string, Line>()
  #isDisposed = false
  #metadata: { readonly value: Metadata; readonly at: number } | null = null
  #pending: Promise<Metadata> | null = null
  /** Asked for after the one that is pending, for who may not be served with what was asked before. */
  #following: Promise<Metadata> | null = null

  constructor(config: ConnectionConfig) {
    this.#config = config
    this.#bootstrap = config.brokers.split(',').map((entry) => {
      const [host = '', port = '9092'] = entry.trim().split(/:(?=\d+$)/)
      return { host, port: Number(port) }
    })
  }

  /** A client of the same cluster with connections of its own: a broker answers those of one connection in turn. */
  alike(): KafkaClient {
    return new KafkaClient(this.#config)
  }

  /** The connection to a broker: parallel callers share one, also one that is still opening. */
  connect({ host, port }: BrokerAddress, use: LineUse = 'questions'): Promise<Connection> {
    if (this.#isDisposed) return Promise.reject(new Error('the connections to this cluster were closed'))
    const key = `${host}:${port} ${use}`
    const kept = this.#lines.get(key)
    if (kept && (kept.isOpening || kept.connection.isConnected())) return kept.opened
    const line = this.#open(host, port)
    this.#lines.set(key, line)
    line.opened.then(
      () => {
        line.isOpening = false
      },
      () => {
        if (this.#lines.get(key) === line) this.#lines.delete(key)
        return close(line.connection)
      },
    )
    return line.opened
  }

  #open(host: string, port: number): Line {
    const { tls, sasl } = this.#config
    const connection = new Connection('spillway', {
      connectTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      maxInflights: 8,
      ...(tls ? { tls: { rejectUnauthorized: true }, tlsServerName: true } : {}),
      ...(sasl ? { sasl: saslOf(sasl) } : {}),
    })
    // Without a listener an 'error' event would end the process; the requests in flight are rejected on their own.
    connection.on('error', () => {})
    // A lost connection may be a broker that died: what was known of the cluster is asked for anew.
    connection.on('close', () => this.#forgetMetadata())
    const opened = Promise.resolve(connection.connect(host, port)).then(() => connection)
    return { connection, opened, isOpening: true }
  }

  async #any(): Promise<Connection> {
    const known = this.#metadata ? [...this.#metadata.value.brokers.values()] : []
    let last: unknown = new Error('no broker address is configured')
    for (const address of [...known, ...this.#bootstrap]) {
      try {
        return await this.connect(address)
      } catch (error) {
        last = error
      }
    }
    throw last
  }

  /**
   * Brokers and topics of the cluster, at most `maxAgeMs` old; 0 asks anew. Several callers share one request, but none
   * is served with an answer that was asked for before it came.
   */
  async metadata(signal: AbortSignal, maxAgeMs = metadataLifetimeMs): Promise<Metadata> {
    throwIfGivenUp(signal)
    if (this.#metadata && performance.now() - this.#metadata.at < maxAgeMs) return this.#metadata.value
    const running = this.#pending
    if (running === null) return untilAborted(this.#startReading(), signal)
    if (maxAgeMs > 0) return untilAborted(running, signal)
    this.#following ??= running
      .catch(() => {})
      .then(() => {
        this.#following = null
        return this.#startReading()
      })
    return untilAborted(this.#following, signal)
  }

  #startReading(): Promise<Metadata> {
    const reading = this.#readMetadata().finally(() => {
      if (this.#pending === reading) this.#pending = null
    })
    this.#pending = reading
    return reading
  }

  /** Addresses stay known; nothing else is answered from what was known. */
  #forgetMetadata(): void {
    if (this.#metadata) this.#metadata = { ...this.#metadata, at: Number.NEGATIVE_INFINITY }
  }

  /** One topic, asked for anew when it is not known: it may have been made a moment ago. */
  async topic(name: string, signal: AbortSignal): Promise<MetadataTopic | null> {
    const known = (await this.metadata(signal)).topics.get(name)
    return known ?? (await this.metadata(signal, 0)).topics.get(name) ?? null
  }

  async #readMetadata(): Promise<Metadata> {
    const at = performance.now()
    const connection = await this.#any()
    await requireApi(connection, metadataV12.api)
    const response = await tolerate(metadataV12.api.async(connection, null, false, false))
    const value: Metadata = {
      clusterId: response.clusterId ?? '',
      controller: response.controllerId < 0 ? null : response.controllerId,
      brokers: new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
      topics: new Map(response.topics.map((topic): [string, MetadataTopic] => [topic.name ?? '', topic])),
    }
    this.#metadata = { value, at }
    return value
  }

  /** Throws `UnsupportedApiError` when the broker that answers first does not know this version of a request. */
  async requireAt(signal: AbortSignal, api: BrokerApi<never, unknown>): Promise<void> {
    await untilAborted(
      this.#any().then((connection) => requireApi(connection, api)),
      signal,
    )
  }

  /**
   * Sends one request to a broker of the cluster; any broker when `brokerId` is null. Answers also what carries error
   * codes; throws `UnsupportedApiError` when the broker does not know this version of the request.
   */
  async ask<A extends unknown[], R>(
    brokerId: number | null,
    signal: AbortSignal,
    api: BrokerApi<A, R>,
    ...args: A
  ): Promise<R> {
    const connecting = () =>
      brokerId === null ? this.#any() : this.#connectTo(brokerId, signal, 'questions')
    return this.#askOver(connecting, signal, api, args)
  }

  /** Sends one request over the line that is kept for records. */
  async askForRecords<A extends unknown[], R>(
    brokerId: number,
    signal: AbortSignal,
    api: BrokerApi<A, R>,
    ...args: A
  ): Promise<R> {
    return this.#askOver(() => this.#connectTo(brokerId, signal, 'records'), signal, api, args)
  }

  #askOver<A extends unknown[], R>(
    connecting: () => Promise<Connection>,
    signal: AbortSignal,
    api: BrokerApi<A, R>,
    args: A,
  ): Promise<R> {
    const work = async () => {
      const connection = await connecting()
      await requireApi(connection, api)
      throwIfGivenUp(signal)
      return tolerate(api.async(connection, ...args))
    }
    return untilAborted(work(), signal)
  }

  async #connectTo(brokerId: number, signal: AbortSignal, use: LineUse): Promise<Connection> {
    const { brokers } = await this.metadata(signal)
    const address = brokers.get(brokerId)
    if (!address) throw new Error(`broker ${brokerId} is not in the cluster at present`)
    return this.connect(address, use)
  }

  /** Closes all connections, also those that are still opening; none is opened after. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    const lines = [...this.#lines.values()]
    this.#lines.clear()
    await Promise.allSettled(lines.map(({ connection }) => close(connection)))
  }
}
