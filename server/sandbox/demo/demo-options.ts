import { parseArgs } from 'node:util'
import { SandboxError } from '../stack/sandbox-error.ts'

/** Ports the demo listens on: flag, environment variable, the port preferred, and what listens there. */
const ports = {
  port: { variable: 'PORT', preferred: 8_080, of: 'the console' },
  'otlp-port': { variable: 'OTLP_PORT', preferred: 4_318, of: 'the receiver of spans (OTLP/HTTP)' },
  'kafka-port': { variable: 'KAFKA_PORT', preferred: 9_092, of: 'the embedded Kafka' },
  'registry-port': {
    variable: 'SCHEMA_REGISTRY_PORT',
    preferred: 8_081,
    of: 'the embedded schema registry',
  },
  'postgres-port': { variable: 'POSTGRES_PORT', preferred: 54_320, of: 'the embedded PostgreSQL' },
} as const

type PortFlag = keyof typeof ports
const portFlags = Object.keys(ports) as PortFlag[]

export const defaultDataDir = '.spillway/demo'

const row = (flag: string, meaning: string, variable = ''): string =>
  `  ${flag.padEnd(20)} ${meaning}${variable === '' ? '' : ` [${variable}]`}`

export const usage = `npm run demo -- [options]

${[
  row('--reset', "begin anew: delete the demo's data first"),
  ...portFlags.map((flag) =>
    row(`--${flag} <n>`, `port of ${ports[flag].of} (${ports[flag].preferred})`, ports[flag].variable),
  ),
  row('--data <folder>', `where its data and logs lie (${defaultDataDir})`, 'SPILLWAY_DEMO_DATA'),
  row('--rate <n>', 'orders a second of the shop (5)', 'SHOP_RATE'),
  row('--no-shop', 'without the sample shop'),
  row('--help', 'this text'),
].join('\n')}

An option goes before the environment variable in brackets. A port that is not free falls to a free one, and the
demo says so. KAFKA_BROKERS, SCHEMA_REGISTRY_URL and DATABASE_URL replace the embedded parts, one by one.`

export type DemoOptions = {
  readonly reset: boolean
  readonly dataDir: string
  /** Preferred ports; 0 takes any. */
  readonly ports: {
    readonly web: number
    readonly otlp: number
    readonly kafka: number
    readonly registry: number
    readonly postgres: number
  }
  readonly rate: number
  readonly shop: boolean
  readonly help: boolean
}

const optional = (text: string | undefined) => (text === undefined || text === '' ? undefined : text)

/** Reads the arguments of the demo. Throws a SandboxError with the usage for what it does not know. */
export const readDemoOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): DemoOptions => {
  const values = readArguments(args)
  const number = (flag: string, variable: string, fallback: number, min: number, max: number): number => {
    const argument = values[flag]
    const text = typeof argument === 'string' ? argument : optional(env[variable])
    if (text === undefined) return fallback
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max)
      throw new SandboxError(
        `${typeof argument === 'string' ? `--${flag}` : variable} must be a number from ${min} to ${max}, not "${text}".`,
      )
    return value
  }
  const port = (flag: PortFlag): number => {
    const { variable, preferred } = ports[flag]
    return Math.trunc(number(flag, variable, preferred, 0, 65_535))
  }
  // PostgreSQL drops the rights of root before it listens.
  const postgresPort = port('postgres-port')
  if (postgresPort > 0 && postgresPort < 1_024)
    throw new SandboxError(`The port of PostgreSQL must be 1024 or higher, not ${postgresPort}.`)
  return {
    reset: values.reset === true,
    help: values.help === true,
    shop: values['no-shop'] !== true,
    dataDir:
      typeof values.data === 'string' ? values.data : (optional(env.SPILLWAY_DEMO_DATA) ?? defaultDataDir),
    ports: {
      web: port('port'),
      otlp: port('otlp-port'),
      kafka: port('kafka-port'),
      registry: port('registry-port'),
      postgres: postgresPort,
    },
    rate: number('rate', 'SHOP_RATE', 5, 0, 5_000),
  }
}

const readArguments = (args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        reset: { type: 'boolean' },
        'no-shop': { type: 'boolean' },
        help: { type: 'boolean' },
        data: { type: 'string' },
        rate: { type: 'string' },
        ...Object.fromEntries(portFlags.map((flag) => [flag, { type: 'string' as const }])),
      },
    }).values
  } catch (error) {
    throw new SandboxError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}
