import { z } from 'zod'
import { editingModes } from './contracts/choices.ts'

const port = z.coerce.number().int().min(0).max(65_535)

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  DATABASE_URL: z.string().min(1).optional(),
  KAFKA_BROKERS: z.string().min(1).optional(),
  SCHEMA_REGISTRY_URL: z.url().optional(),
  SPILLWAY_LEDGER_TOPIC: z.string().min(1).optional(),
  /** Of the connection that the environment names: whether dead letters may be edited and replayed. */
  SPILLWAY_EDITING: z.enum(editingModes).default('off'),
  /** The header in which a login in front of Spillway names who asks; unset: whoever asks is the local operator. */
  SPILLWAY_USER_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of an HTTP header')
    .optional(),
  SPILLWAY_CONFIG: z.string().default('spillway.yaml'),
  SPILLWAY_ALLOWED_HOSTS: z.string().optional(),
  PORT: port.default(8080),
  OTLP_PORT: port.default(4318),
  WORKER_METRICS_PORT: port.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where Spillway sends its own spans; unset: the worker sends to OTLP_PORT of this machine, the web nowhere. */
  SPILLWAY_TRACES_ENDPOINT: z.url().optional(),
  /** What one search over messages may read by default and at most, for how long, and in how many threads. */
  SPILLWAY_SEARCH_BUDGET_MB: z.coerce.number().int().positive().optional(),
  SPILLWAY_SEARCH_MOST_MB: z.coerce.number().int().positive().optional(),
  SPILLWAY_SEARCH_SECONDS: z.coerce.number().int().positive().optional(),
  SPILLWAY_SEARCH_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  /** `off`: pages go out without answers and the browser asks for all of them. */
  SPILLWAY_PREFETCH: z.enum(['on', 'off']).default('on'),
})

/**
 * Reads the process environment. Throws one error that names every wrong variable and what it should be.
 */
export const readEnv = (source: Record<string, string | undefined> = process.env) => {
  const parsed = schema.safeParse(source)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment has settings that can not be used:\n${lines.join('\n')}`)
}

export type Env = ReturnType<typeof readEnv>
