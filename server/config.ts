import { existsSync, readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { editingModes } from './contracts/choices.ts'
import { environment } from './contracts/connections.ts'
import { side } from './contracts/decoders.ts'
import { connectionId, type TopicName, topicName } from './contracts/scalars.ts'
import { deadLetterConventionConfig, deadLetterOriginConfig, pattern } from './dead-letter-config.ts'
import type { Env } from './env.ts'
import { keepExpiringConfig } from './keep-expiring-config.ts'

const sasl = z.object({
  mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']),
  username: z.string().optional(),
  password: z.string().optional(),
  token: z.string().optional(),
})

export const connectionConfig = z.strictObject({
  id: connectionId,
  name: z.string().min(1),
  /** host:port, comma separated. */
  brokers: z.string().min(1),
  environment: environment.default({ name: 'local', colour: 'grey', production: false }),
  readOnly: z.boolean().default(false),
  /** Whether dead letters may be edited and replayed; `approved`: after another person has agreed. */
  editing: z.enum(editingModes).default('off'),
  tls: z.boolean().default(false),
  sasl: sasl.optional(),
  registry: z
    .strictObject({ url: z.url(), username: z.string().optional(), password: z.string().optional() })
    .optional(),
  /** .proto files by which payloads without a schema id are read. */
  protobuf: z
    .strictObject({
      /** A .proto file, a folder of them, or several. Imports are looked for below the folder. */
      files: z.union([z.string(), z.array(z.string()).min(1)]).transform((one) => [one].flat()),
      types: z
        .array(
          z.strictObject({
            /** A regular expression of topic names. */
            topics: pattern,
            side: side.default('value'),
            type: z.string().min(1),
          }),
        )
        .default([]),
    })
    .optional(),
  /** Topic in which replays keep what they have sent; made when it is first needed. */
  ledgerTopic: topicName.default('spillway-replay-ledger' as TopicName),
  /** How long before retention deletes them dead letters are kept in Spillway's own database; off unless given. */
  keepExpiring: keepExpiringConfig,
  /** A message that came back from so many replays is replayed again only when its operator insists. */
  mostReplays: z.number().int().min(1).max(1_000).default(3),
  /** Patterns (regular expressions) of topics that hold dead letters, beside those known by their framework's names. */
  deadLetterTopics: z.array(pattern).default([]),
  /** Endings of retry topics (`-again` for orders-again and orders-again-0), beside those that frameworks give. */
  retryTopicSuffixes: z.array(z.string().min(1).max(100)).default([]),
  /** Dead-letter conventions of the operator's own, beside those of frameworks. */
  deadLetterConventions: z
    .array(deadLetterConventionConfig)
    .default([])
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      'each convention has a name of its own',
    ),
  /** Where letters come from whose headers and topic names do not tell. */
  deadLetterOrigins: z.array(deadLetterOriginConfig).default([]),
})
export type ConnectionConfig = z.infer<typeof connectionConfig>

/** What searches over messages may cost. */
const searchConfig = z
  .strictObject({
    /** What one search reads before it asks whether to go on. */
    budgetMegabytes: z.number().int().positive().default(2_000),
    /** To how much an operator may raise that. */
    mostMegabytes: z.number().int().positive().default(20_000),
    /** After so long a search asks whether to go on. */
    seconds: z.number().int().positive().default(120),
    /** Searches run in so many threads beside the one that answers requests. */
    threads: z.number().int().min(1).max(64).default(2),
  })
  .prefault({})

const configSchema = z.strictObject({ connections: z.array(connectionConfig).min(1), search: searchConfig })
export type Config = z.infer<typeof configSchema>
export type SearchConfig = z.infer<typeof searchConfig>
export const defaultSearch: SearchConfig = searchConfig.parse({})

/** Replaces `${NAME}` in all strings by the environment's value; a name that is not set is an error. */
const withSecrets = (
  value: unknown,
  source: Record<string, string | undefined>,
  missing: string[],
): unknown => {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Z0-9_]+)\}/g, (_, name: string) => {
      const found = source[name]
      if (found === undefined) missing.push(name)
      return found ?? ''
    })
  if (Array.isArray(value)) return value.map((item) => withSecrets(item, source, missing))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withSecrets(item, source, missing)]),
    )
  return value
}

/**
 * Parses the text of spillway.yaml. Throws an error whose message names line, setting and what is expected there.
 */
export const parseConfig = (
  text: string,
  file: string,
  source: Record<string, string | undefined>,
): Config => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const broken = document.errors[0]
  if (broken) throw new Error(`${file} line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`)
  const missing: string[] = []
  const parsed = configSchema.safeParse(withSecrets(document.toJS(), source, missing))
  if (missing.length > 0) throw new Error(`${file}: set these environment variables: ${missing.join(', ')}`)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => {
    let node: unknown = null
    for (let depth = issue.path.length; depth >= 0 && !node; depth--)
      node = document.getIn(issue.path.slice(0, depth) as (string | number)[], true)
    const start = (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0
    return `${file} line ${lines.linePos(start).line}: ${issue.path.join('.')}: ${issue.message}`
  })
  throw new Error(problems.join('\n'))
}

/** Settings, also of an installation that has no connection yet. */
export type AnyConfig = Config | { readonly connections: []; readonly search: SearchConfig }

/** What the environment says of searches goes before the file. */
const searchOfEnv = (env: Env): Partial<SearchConfig> => ({
  ...(env.SPILLWAY_SEARCH_BUDGET_MB === undefined ? {} : { budgetMegabytes: env.SPILLWAY_SEARCH_BUDGET_MB }),
  ...(env.SPILLWAY_SEARCH_MOST_MB === undefined ? {} : { mostMegabytes: env.SPILLWAY_SEARCH_MOST_MB }),
  ...(env.SPILLWAY_SEARCH_SECONDS === undefined ? {} : { seconds: env.SPILLWAY_SEARCH_SECONDS }),
  ...(env.SPILLWAY_SEARCH_THREADS === undefined ? {} : { threads: env.SPILLWAY_SEARCH_THREADS }),
})

/**
 * The connections of this installation: from spillway.yaml where there is one, otherwise one connection named
 * `local` from KAFKA_BROKERS and SCHEMA_REGISTRY_URL. No connections at all is an empty list, which screens explain.
 */
export const readConfig = (env: Env, source: Record<string, string | undefined> = process.env): AnyConfig => {
  if (existsSync(env.SPILLWAY_CONFIG)) {
    const config = parseConfig(readFileSync(env.SPILLWAY_CONFIG, 'utf8'), env.SPILLWAY_CONFIG, source)
    return { ...config, search: { ...config.search, ...searchOfEnv(env) } }
  }
  const search = searchConfig.parse(searchOfEnv(env))
  if (env.KAFKA_BROKERS === undefined) return { connections: [], search }
  return {
    search,
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers: env.KAFKA_BROKERS,
        editing: env.SPILLWAY_EDITING,
        ...(env.SPILLWAY_LEDGER_TOPIC === undefined ? {} : { ledgerTopic: env.SPILLWAY_LEDGER_TOPIC }),
        ...(env.SCHEMA_REGISTRY_URL === undefined ? {} : { registry: { url: env.SCHEMA_REGISTRY_URL } }),
      }),
    ],
  }
}
