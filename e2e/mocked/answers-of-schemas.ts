import type { Answer } from './script-api.ts'

/** Scripted answers about the schema registry: a subject of three versions whose last breaks readers. */
const now = Date.now()
const level = { value: { level: 'BACKWARD', own: true }, why: null }
const levelOfAll = { value: { level: 'BACKWARD', own: null }, why: null }
const sample = { oldestAt: now - 70_000, newestAt: now - 5_000, topics: 14 }
const notOffered = { value: null, why: 'the registry does not offer this (404)' }
const environment = { name: 'production', production: true }

const sighting = (topic: string, version: number, inSample: number, services: string[] = []) => ({
  topic,
  side: 'value' as const,
  schemaId: 20 + version,
  subject: 'orders-value',
  version,
  firstSeenAt: now - 3_600_000,
  lastSeenAt: now - 4_000,
  inSample,
  sampleMessages: 100,
  sampledAt: now - 5_000,
  services,
})
const sightings = [
  sighting('orders', 7, 48, ['orders', 'a-service-with-a-name-that-is-far-too-long-for-its-column']),
  sighting('orders-dlt', 7, 0),
]

const drift = (
  topic: string,
  kind: Answer<'listSubjects'>['data']['drifts'][number]['kind'],
  sentence: string,
  version: number | null = null,
) => ({
  topic,
  side: 'value' as const,
  kind,
  sentence,
  messages: 5,
  sampleMessages: 100,
  sampledAt: now - 5_000,
  example: '3@88213',
  subject: kind === 'without-schema' ? null : 'orders-value',
  version,
})
const drifts = [
  drift('orders', 'undecodable', '5 of 100 sampled values do not decode by the schema they name.', 6),
  drift('orders', 'unknown-schema', '1 of 100 sampled values names schema 999.'),
  drift('orders', 'does-not-fit-latest', '52 of 100 sampled values do not fit the latest version (7).', 6),
  drift('stock', 'no-schema-id', '3 of 100 sampled values carry no schema id.'),
  drift('stock', 'other-subject', '9 of 100 sampled values carry schema 4 of orders-value.', 1),
  drift('erp.export', 'without-schema', 'Its values are JSON without a schema.'),
]

const rowOf = (subject: string, more: Partial<Answer<'listSubjects'>['data']['subjects'][number]> = {}) => ({
  subject,
  deleted: false,
  latest: { version: 7, id: 27, type: 'AVRO' as const },
  versions: 3,
  compatibility: level,
  topics: ['orders', 'orders-dlt', 'orders-retry-0'],
  lastSeenAt: now - 4_000,
  drifts: 3,
  ...more,
})

/** Subjects of the list. */
export const subjectsOf = (
  ...subjects: Answer<'listSubjects'>['data']['subjects']
): Answer<'listSubjects'> => ({
  data: {
    subjects,
    total: subjects.length,
    unfilteredTotal: Math.max(4, subjects.length),
    compatibility: levelOfAll,
    drifts: subjects.length === 0 ? [] : drifts,
    driftTotals:
      subjects.length === 0 ? { departing: 0, withoutSchema: 0 } : { departing: 5, withoutSchema: 1 },
    sample,
  },
  degraded: [],
  checkedAt: now,
})
export const subjects = subjectsOf(
  rowOf('orders-value'),
  rowOf('payments-value', {
    latest: { version: 1, id: 2, type: 'PROTOBUF' },
    compatibility: { value: { level: 'NONE', own: false }, why: null },
    drifts: 0,
  }),
  rowOf('shop/common/money-with-a-path-that-is-as-long-as-the-names-of-imported-files-are.proto', {
    deleted: true,
    latest: null,
    versions: null,
    compatibility: notOffered,
    topics: [],
    lastSeenAt: null,
    drifts: 0,
  }),
)

const text = '{\n  "type": "record",\n  "name": "OrderPlaced",\n  "fields": []\n}'
export const subject: Answer<'showSubject'> = {
  subject: 'orders-value',
  type: 'AVRO',
  deleted: false,
  versions: [
    { version: 7, id: 27, deleted: false, sightings },
    { version: 6, id: 26, deleted: true, sightings: [] },
    { version: 1, id: null, deleted: false, sightings: [] },
  ],
  latest: { version: 7, text },
  compatibility: level,
  mode: notOffered,
  drifts: drifts.slice(0, 3),
  driftTotal: 3,
  sample,
  degraded: [],
  checkedAt: now,
}

export const version: Answer<'showSchemaVersion'> = {
  subject: 'orders-value',
  version: 7,
  id: 27,
  type: 'AVRO',
  deleted: false,
  text,
  before: 6,
  after: null,
  references: [{ name: 'shop.Money', subject: 'shop/common/money.avsc', version: 2 }],
  referencedBy: {
    value: [
      { id: 31, places: [{ subject: 'bills-value', version: 1 }] },
      { id: 32, places: [] },
    ],
    why: null,
  },
  alsoAt: [{ subject: 'orders-copy-value', version: 1 }],
  sightings,
  sample,
  degraded: [],
}

export const schemaId: Answer<'showSchemaId'> = {
  id: 27,
  schema: { type: 'AVRO', text },
  places: { value: [{ subject: 'orders-value', version: 7 }], why: null },
  sightings,
  degraded: [],
}

const meaning: Answer<'compareSchemaVersions'>['meaning'] = {
  changes: [
    {
      path: 'region',
      kind: 'field added',
      sentence: 'region (int) is new and has no default.',
      backward: 'breaks',
      backwardWords: 'New readers of old data fail: the field is missing there and has no default.',
      forward: 'fine',
      forwardWords: 'Old readers of new data skip it.',
    },
    {
      path: 'total',
      kind: 'name changed',
      sentence: 'shop.Total is now called lab.Total.',
      backward: 'risk',
      backwardWords: 'New readers match by the name without its namespace.',
      forward: 'risk',
      forwardWords: 'Old readers match by the name without its namespace.',
    },
  ],
  backward: 'breaks',
  forward: 'risk',
  verdict: 'Old readers of new data may fail on some of it; new readers of old data fail on it.',
  problem: null,
}
const lines: Answer<'compareSchemaVersions'>['lines'] = [
  ...Array.from({ length: 9 }, (_, index) => ({
    state: 'same' as const,
    before: index + 1,
    after: index + 1,
    text: `  "line": ${index}`,
  })),
  { state: 'removed', before: 10, after: null, text: '  "currency": "string"' },
  { state: 'added', before: null, after: 10, text: '  "region": "int"' },
  { state: 'added', before: null, after: 11, text: '  "total": "double"' },
  { state: 'same', before: 11, after: 12, text: '}' },
]
export const comparison: Answer<'compareSchemaVersions'> = {
  subject: 'orders-value',
  type: 'AVRO',
  from: { version: 6, id: 26, deleted: true },
  to: { version: 7, id: 27, deleted: false },
  versions: [1, 6, 7],
  meaning,
  lines,
  level: { value: { level: 'NONE', own: true }, why: null },
  sightings,
  degraded: [],
}

export const deletion: Answer<'planSchemaDeletion'> = {
  subject: 'orders-value',
  version: null,
  permanent: false,
  versions: [
    { version: 1, id: 21 },
    { version: 7, id: 27 },
  ],
  findings: [
    { severity: 'warning', sentence: 'The newest messages of orders carry it.' },
    { severity: 'ready', sentence: 'Nothing refers to it.' },
  ],
  sightings,
  referencedBy: { value: [], why: null },
  undo: 'It can be undone: registering a text again brings the subject back under the same ids.',
  writeRefusedBecause: null,
  environment,
  sample,
  degraded: [],
}

export const verdict: Answer<'testSchema'> = {
  problem: null,
  registeredAs: null,
  latest: { version: 7, type: 'AVRO' },
  level,
  rules: [
    {
      name: 'Registry: against the latest version',
      passes: false,
      demanded: true,
      by: 'registry',
      reasons: ['READER_FIELD_MISSING_DEFAULT_VALUE: region'],
    },
    {
      name: 'Registry: against all versions',
      passes: null,
      demanded: false,
      by: 'registry',
      reasons: ['the registry does not offer this (405)'],
    },
    {
      name: 'New readers read old data (backward)',
      passes: false,
      demanded: true,
      by: 'spillway',
      reasons: [],
    },
    {
      name: 'Old readers read new data (forward)',
      passes: true,
      demanded: false,
      by: 'spillway',
      reasons: [],
    },
  ],
  meaning,
  lines,
  writeRefusedBecause: null,
  environment,
}

export const topicSchemas: Answer<'showTopicSchemas'> = {
  topic: 'orders',
  sides: [
    {
      side: 'value',
      subjects: [
        { subject: 'orders-value', latest: { version: 7, id: 27, type: 'AVRO' }, byName: true },
        { subject: 'stock-value', latest: null, byName: false },
      ],
      sample: {
        sampledAt: now - 5_000,
        messages: 99,
        nulls: 1,
        withoutSchema: 3,
        format: 'json',
        problem: null,
      },
      sightings,
      drifts: drifts.slice(0, 2),
    },
    { side: 'key', subjects: [], sample: null, sightings: [], drifts: [] },
  ],
  degraded: [],
}

export const registry: Answer<'showRegistry'> = {
  subjects: { value: 3, why: null },
  compatibility: levelOfAll,
  mode: notOffered,
  contexts: { value: null, why: 'the registry failed (500)' },
  types: { value: ['AVRO', 'JSON', 'PROTOBUF'], why: null },
}
export const sampled: Answer<'sampleSchemas'> = {
  topics: 13,
  messages: '1204',
  sampledAt: now,
  failed: [{ topic: 'stock', detail: 'the broker did not answer' }],
}
