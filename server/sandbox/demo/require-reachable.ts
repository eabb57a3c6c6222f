import { SandboxError } from '../stack/sandbox-error.ts'

/** The user's own parts, by the variables that name them. */
export type Given = {
  readonly DATABASE_URL?: string | undefined
  readonly KAFKA_BROKERS?: string | undefined
  readonly SCHEMA_REGISTRY_URL?: string | undefined
}

const timeoutMs = 5_000

const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(reasonOf))].join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}

const withinTime = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const placeOf = (url: string): string => {
  const parsed = URL.parse(url)
  if (parsed === null) throw new Error('it is not a URL')
  return `${parsed.host}${parsed.pathname}`
}

const askDatabase = async (url: string): Promise<void> => {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    await client.end().catch(() => {})
  }
}

const askKafka = async (brokers: string): Promise<void> => {
  const { Connection, metadataV12 } = await import('@platformatic/kafka')
  const ask = async (host: string, port: number) => {
    const connection = new Connection('spillway-demo', { connectTimeout: timeoutMs })
    connection.on('error', () => {})
    try {
      await connection.connect(host, port)
      return await withinTime(metadataV12.api.async(connection, [], false, false))
    } finally {
      void connection.close().catch(() => {})
    }
  }
  const { brokers: told } = await Promise.any(
    brokers.split(',').map((broker) => {
      const at = broker.trim().lastIndexOf(':')
      return ask(broker.trim().slice(0, at), Number(broker.trim().slice(at + 1)))
    }),
  )
  // Clients go on to the addresses that the brokers themselves tell, which may be others than the one given.
  await Promise.any(
    [...told.values()].map(async ({ host, port }) => {
      try {
        await ask(host, port)
      } catch (error) {
        throw new Error(`it tells clients to use ${host}:${port}, and there: ${reasonOf(error)}`)
      }
    }),
  )
}

const askRegistry = async (url: string): Promise<void> => {
  const response = await fetch(`${url.replace(/\/$/, '')}/subjects`, {
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status === 404)
    throw new Error('it answers 404 to /subjects (the URL of an Apicurio Registry ends in /apis/ccompat/v7)')
  if (!response.ok) throw new Error(`it answers ${response.status} to /subjects`)
}

const parts = {
  DATABASE_URL: { what: 'a PostgreSQL', ask: askDatabase, placeOf },
  KAFKA_BROKERS: { what: 'a Kafka', ask: askKafka, placeOf: (brokers: string) => brokers },
  SCHEMA_REGISTRY_URL: { what: 'a schema registry', ask: askRegistry, placeOf },
} as const

/**
 * Asks each of the user's own parts that is named for an answer, before anything is started. Throws one SandboxError that
 * names every part that does not answer (never with its password), why, and what to do.
 */
export const requireReachable = async (given: Given): Promise<void> => {
  const faults = await Promise.all(
    (['DATABASE_URL', 'KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] as const).map(async (variable) => {
      const value = given[variable]
      if (value === undefined) return null
      const { what, ask, placeOf: place } = parts[variable]
      try {
        const at = place(value)
        return await ask(value).then(
          () => null,
          (error: unknown) =>
            `${variable} names ${what} at ${at}, which can not be used: ${reasonOf(error)}.`,
        )
      } catch (error) {
        return `${variable} can not be used: ${reasonOf(error)}.`
      }
    }),
  )
  const told = faults.filter((fault) => fault !== null)
  if (told.length > 0)
    throw new SandboxError(
      `${told.join('\n')}\nStart what does not answer, correct its address, or unset the variable: then one is started for you.`,
    )
}
