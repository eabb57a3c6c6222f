import { parseArgs } from 'node:util'
import { SandboxError } from '../stack/sandbox-error.ts'

export const usage = `npm run demo -- [options]

  --reset        begin anew: delete the demo's data first
  --port <n>     port of the console (8080)
  --rate <n>     orders a second of the shop (5)
  --no-shop      without the sample shop
  --help         this text

KAFKA_BROKERS, SCHEMA_REGISTRY_URL and DATABASE_URL replace the embedded parts, one by one.`

export type DemoOptions = {
  readonly reset: boolean
  readonly port: number
  readonly rate: number
  readonly shop: boolean
  readonly help: boolean
}

const number = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value) || value < min || value > max)
    throw new SandboxError(`--${name} must be a number from ${min} to ${max}, not "${text}".`)
  return value
}

/** Reads the arguments of the demo. Throws a SandboxError with the usage for what it does not know. */
export const readDemoOptions = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): DemoOptions => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        reset: { type: 'boolean', default: false },
        port: { type: 'string', default: env.PORT ?? '8080' },
        rate: { type: 'string', default: env.SHOP_RATE ?? '5' },
        'no-shop': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return {
      reset: values.reset,
      help: values.help,
      shop: !values['no-shop'],
      port: number('port', values.port, 1, 65_535),
      rate: number('rate', values.rate, 0, 5_000),
    }
  } catch (error) {
    if (error instanceof SandboxError) throw error
    throw new SandboxError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}
