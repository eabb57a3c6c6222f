import { z } from 'zod'
import { compatibilityLevels, schemaTypes } from './choices.ts'
import { degradedSource } from './problem.ts'
import { connectionId, decimal64, epochMs, position, topicName } from './scalars.ts'

export const schemaType = z.enum(schemaTypes)
export type SchemaTypeName = z.infer<typeof schemaType>
export const subjectName = z.string().min(1).max(500)
export const schemaReference = z.object({
  name: z.string().min(1).max(1000),
  subject: subjectName,
  version: z.number().int().min(1),
})

/** What an optional call of the registry told, or why it did not. */
const told = <T extends z.ZodType>(value: T) =>
  z.union([z.object({ value, why: z.null() }), z.object({ value: z.null(), why: z.string() })])

export const compatibilityLevel = z.enum(compatibilityLevels)
export type CompatibilityLevel = z.infer<typeof compatibilityLevel>
/** `own`: the subject has a level of its own; null where the registry does not tell. The level is the registry's word. */
export const levelInForce = told(z.object({ level: z.string(), own: z.boolean().nullable() }))
export type LevelInForce = z.infer<typeof levelInForce>

export const messageSide = z.enum(['key', 'value'])
export type MessageSide = z.infer<typeof messageSide>

/** One schema id seen in the sampled messages of a topic. */
export const schemaSighting = z.object({
  topic: topicName,
  side: messageSide,
  schemaId: z.number().int(),
  subject: z.string().nullable(),
  version: z.number().int().nullable(),
  /** Timestamps of messages. */
  firstSeenAt: epochMs,
  lastSeenAt: epochMs,
  /** Of the latest sample; 0 when it holds none any more. */
  inSample: z.number().int(),
  sampleMessages: z.number().int(),
  sampledAt: epochMs,
  /** Services whose spans sent messages of the sample. */
  services: z.array(z.string()),
})
export type SchemaSighting = z.infer<typeof schemaSighting>

export const driftKind = z.enum([
  'undecodable',
  'unknown-schema',
  'does-not-fit-latest',
  'no-schema-id',
  'without-schema',
  'other-subject',
])
export type DriftKind = z.infer<typeof driftKind>
/** How the messages of one side of a topic depart from its contract. */
export const schemaDrift = z.object({
  topic: topicName,
  side: messageSide,
  kind: driftKind,
  /** What was seen, in words. */
  sentence: z.string(),
  messages: z.number().int(),
  sampleMessages: z.number().int(),
  sampledAt: epochMs,
  /** The newest message that shows it. */
  example: position.nullable(),
  subject: z.string().nullable(),
  version: z.number().int().nullable(),
})
export type SchemaDrift = z.infer<typeof schemaDrift>

/** When topics were sampled last: the oldest and the newest, and how many. Nulls before the first sample. */
export const sampleState = z.object({
  oldestAt: epochMs.nullable(),
  newestAt: epochMs.nullable(),
  topics: z.number().int(),
})

export type SampleState = z.infer<typeof sampleState>

export const subjectRow = z.object({
  subject: z.string(),
  deleted: z.boolean(),
  /** Null when the registry did not tell this one. */
  latest: z.object({ version: z.number().int(), id: z.number().int(), type: schemaType }).nullable(),
  versions: z.number().int().nullable(),
  compatibility: levelInForce,
  /** Topics in whose samples a version of it was seen. */
  topics: z.array(topicName),
  lastSeenAt: epochMs.nullable(),
  drifts: z.number().int(),
})
export type SubjectRow = z.infer<typeof subjectRow>
export const subjectListQuery = z.object({
  q: z.string().max(249).default(''),
  /** Also subjects that were deleted softly. */
  deleted: z.stringbool().default(false),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const subjectList = z.object({
  data: z.object({
    subjects: z.array(subjectRow),
    total: z.number().int(),
    unfilteredTotal: z.number().int(),
    compatibility: levelInForce,
    /** The first of what departs from its contract, and of topics without a schema: how many there are. */
    drifts: z.array(schemaDrift),
    driftTotals: z.object({ departing: z.number().int(), withoutSchema: z.number().int() }),
    sample: sampleState,
  }),
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type SubjectList = z.infer<typeof subjectList>

export const subjectParams = z.object({ connection: connectionId, subject: subjectName })
export const versionRow = z.object({
  version: z.number().int(),
  /** Null when the registry did not tell. */
  id: z.number().int().nullable(),
  deleted: z.boolean(),
  sightings: z.array(schemaSighting),
})
export type VersionRow = z.infer<typeof versionRow>
export const subjectDetail = z.object({
  subject: z.string(),
  type: schemaType.nullable(),
  /** Softly deleted as a whole. */
  deleted: z.boolean(),
  /** Newest first. */
  versions: z.array(versionRow),
  latest: z.object({ version: z.number().int(), text: z.string() }).nullable(),
  compatibility: levelInForce,
  mode: told(z.string()),
  /** The first of them, and how many there are. */
  drifts: z.array(schemaDrift),
  driftTotal: z.number().int(),
  sample: sampleState,
  degraded: z.array(degradedSource),
  checkedAt: epochMs,
})
export type SubjectDetail = z.infer<typeof subjectDetail>

export const versionParams = subjectParams.extend({ version: z.string().regex(/^(\d{1,9}|latest)$/) })
const registeredPlace = z.object({ subject: z.string(), version: z.number().int() })
export const versionDetail = z.object({
  subject: z.string(),
  version: z.number().int(),
  id: z.number().int(),
  type: schemaType,
  deleted: z.boolean(),
  /** Laid out for reading. */
  text: z.string(),
  /** The version before it that is known, deleted ones included. */
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
  references: z.array(schemaReference),
  referencedBy: told(z.array(z.object({ id: z.number().int(), places: z.array(registeredPlace) }))),
  /** Other subjects that have the same schema under the same id. */
  alsoAt: z.array(registeredPlace),
  sightings: z.array(schemaSighting),
  sample: sampleState,
  degraded: z.array(degradedSource),
})
export type VersionDetail = z.infer<typeof versionDetail>

export const schemaIdParams = z.object({ connection: connectionId, id: z.string().regex(/^\d{1,10}$/) })
export const schemaIdDetail = z.object({
  id: z.number().int(),
  /** Null: the registry has no such id. */
  schema: z.object({ type: schemaType, text: z.string() }).nullable(),
  places: told(z.array(registeredPlace)),
  sightings: z.array(schemaSighting),
  degraded: z.array(degradedSource),
})
export type SchemaIdDetail = z.infer<typeof schemaIdDetail>

const effect = z.enum(['fine', 'risk', 'breaks'])
export type ChangeEffectName = z.infer<typeof effect>
export const schemaChange = z.object({
  path: z.string(),
  kind: z.string(),
  sentence: z.string(),
  backward: effect,
  backwardWords: z.string(),
  forward: effect,
  forwardWords: z.string(),
})
export type SchemaChangeView = z.infer<typeof schemaChange>
export const schemaMeaning = z.object({
  changes: z.array(schemaChange),
  backward: effect,
  forward: effect,
  verdict: z.string(),
  problem: z.string().nullable(),
})
export type SchemaMeaning = z.infer<typeof schemaMeaning>
export const textLine = z.object({
  state: z.enum(['same', 'removed', 'added']),
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
  text: z.string(),
})
export type TextLineView = z.infer<typeof textLine>

export const compareQuery = z.object({
  /** Nothing: the version before `to`. */
  from: z.coerce.number().int().min(1).optional(),
  /** Nothing: the latest. */
  to: z.coerce.number().int().min(1).optional(),
})
const comparedVersion = z.object({ version: z.number().int(), id: z.number().int(), deleted: z.boolean() })
export const schemaComparison = z.object({
  subject: z.string(),
  type: schemaType,
  /** Null: `to` is the first version. */
  from: comparedVersion.nullable(),
  to: comparedVersion,
  versions: z.array(z.number().int()),
  meaning: schemaMeaning,
  lines: z.array(textLine),
  /** What the registry says of taking `to` after `from`; asked only where `from` is its latest. */
  level: levelInForce,
  sightings: z.array(schemaSighting),
  degraded: z.array(degradedSource),
})
export type SchemaComparisonView = z.infer<typeof schemaComparison>

export const mostSchemaCharacters = 1_000_000
export const schemaDraft = z.object({
  type: schemaType,
  text: z.string().min(1).max(mostSchemaCharacters),
  references: z.array(schemaReference).max(200).default([]),
})
export const draftVerdict = z.object({
  /** Where the text itself is wrong; null when it can be read. */
  problem: z.string().nullable(),
  /** Registered already under this version. */
  registeredAs: z.number().int().nullable(),
  /** What it would be compared with; null when the subject is new. */
  latest: z.object({ version: z.number().int(), type: schemaType }).nullable(),
  level: levelInForce,
  /** Each rule that the level demands and the registry or Spillway checks, with the answer. */
  rules: z.array(
    z.object({
      name: z.string(),
      /** Null: it could not be checked. */
      passes: z.boolean().nullable(),
      demanded: z.boolean(),
      by: z.enum(['registry', 'spillway']),
      reasons: z.array(z.string()),
    }),
  ),
  meaning: schemaMeaning.nullable(),
  lines: z.array(textLine),
  writeRefusedBecause: z.string().nullable(),
  environment: z.object({ name: z.string(), production: z.boolean() }),
})
export type DraftVerdict = z.infer<typeof draftVerdict>

/** On a connection of a production environment the name is typed again by who wants a change. */
const confirmation = z.string().max(500).default('')
export const registerRequest = schemaDraft.extend({
  confirm: confirmation,
  reason: z.string().max(500).default(''),
})
export const registered = registeredPlace.extend({ id: z.number().int() })

export const deletionQuery = z.object({
  /** Nothing: the whole subject. */
  version: z.coerce.number().int().min(1).optional(),
  permanent: z.stringbool().default(false),
})
export const deletionPlan = z.object({
  subject: z.string(),
  version: z.number().int().nullable(),
  permanent: z.boolean(),
  /** Versions that will be gone. */
  versions: z.array(z.object({ version: z.number().int(), id: z.number().int().nullable() })),
  /** What speaks against it, worst first. */
  findings: z.array(z.object({ severity: z.enum(['refused', 'warning', 'ready']), sentence: z.string() })),
  sightings: z.array(schemaSighting),
  referencedBy: told(z.array(registeredPlace.extend({ version: z.number().int() }))),
  undo: z.string(),
  writeRefusedBecause: z.string().nullable(),
  environment: z.object({ name: z.string(), production: z.boolean() }),
  sample: sampleState,
  degraded: z.array(degradedSource),
})
export type DeletionPlan = z.infer<typeof deletionPlan>
export const deleteRequest = z.object({
  version: z.number().int().min(1).nullable(),
  permanent: z.boolean(),
  /** The versions that the plan named: when others are there by now, nothing is deleted. */
  versions: z.array(z.number().int()),
  confirm: confirmation,
  reason: z.string().max(500).default(''),
})
export const deleted = z.object({ subject: z.string(), versions: z.array(z.number().int()) })

export const setLevelRequest = z.object({
  /** Null: the subject goes by the level of all. */
  level: compatibilityLevel.nullable(),
  confirm: confirmation,
})
export const setAllLevelRequest = z.object({ level: compatibilityLevel, confirm: confirmation })

export const topicSchemas = z.object({
  topic: topicName,
  sides: z.array(
    z.object({
      side: messageSide,
      /** Subjects by the name of the topic, and those of the ids that were seen. */
      subjects: z.array(
        z.object({
          subject: z.string(),
          latest: z.object({ version: z.number().int(), id: z.number().int(), type: schemaType }).nullable(),
          byName: z.boolean(),
        }),
      ),
      sample: z
        .object({
          sampledAt: epochMs,
          messages: z.number().int(),
          nulls: z.number().int(),
          withoutSchema: z.number().int(),
          /** What most of the messages without a schema id look like. */
          format: z.string().nullable(),
          problem: z.string().nullable(),
        })
        .nullable(),
      sightings: z.array(schemaSighting),
      drifts: z.array(schemaDrift),
    }),
  ),
  degraded: z.array(degradedSource),
})
export type TopicSchemas = z.infer<typeof topicSchemas>
export const topicSchemaParams = z.object({ connection: connectionId, topic: topicName })

export const sampleRequest = z.object({ topics: z.array(topicName).max(50).default([]) })
export const sampleDone = z.object({
  topics: z.number().int(),
  messages: decimal64,
  sampledAt: epochMs,
  /** Topics that could not be read, with why. */
  failed: z.array(z.object({ topic: topicName, detail: z.string() })),
})

/** What of the registry's API answers here: the optional calls fail soft, and each says why. */
export const registryDetail = z.object({
  subjects: told(z.number().int()),
  compatibility: levelInForce,
  mode: told(z.string()),
  contexts: told(z.array(z.string())),
  types: told(z.array(z.string())),
})
export type RegistryDetail = z.infer<typeof registryDetail>
