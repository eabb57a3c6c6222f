/** Where one operation of the public HTTP API is: all that a browser must know of it to call it. */
export type Address = {
  readonly method: 'GET' | 'POST'
  /** Path below the origin, parameters in braces. */
  readonly path: string
}

const get = <const P extends string>(path: P) => ({ method: 'GET', path }) as const
const post = <const P extends string>(path: P) => ({ method: 'POST', path }) as const

/** Addresses of the operations of `endpoints.ts`, under the same names. Without a schema, so that a page stays light. */
export const endpointAddresses = {
  listConnections: get('/api/connections'),
  showConnection: get('/api/{connection}'),
  showOverview: get('/api/{connection}/overview'),
  findAnything: get('/api/{connection}/find'),
  listTopics: get('/api/{connection}/topics'),
  showTopic: get('/api/{connection}/topics/{topic}'),
  planTopicChange: post('/api/{connection}/topic-changes'),
  showTopicChange: get('/api/{connection}/topic-changes/{id}'),
  applyTopicChange: post('/api/{connection}/topic-changes/{id}/apply'),
  listTopicFormats: post('/api/{connection}/topic-formats'),
  listTopicSettings: get('/api/{connection}/topic-settings'),
  listMessages: get('/api/{connection}/topics/{topic}/messages'),
  listAround: get('/api/{connection}/topics/{topic}/around'),
  showMessage: get('/api/{connection}/topics/{topic}/messages/{position}'),
  findSameKey: get('/api/{connection}/topics/{topic}/messages/{position}/same-key'),
  findNeighbour: get('/api/{connection}/topics/{topic}/messages/{position}/neighbour'),
  countMessagesByTime: get('/api/{connection}/messages/histogram'),
  showDecoders: get('/api/{connection}/topics/{topic}/decoders'),
  chooseDecoder: post('/api/{connection}/topics/{topic}/decoders'),
  showMessageHistory: get('/api/{connection}/topics/{topic}/messages/{position}/history'),
  copyMessage: get('/api/{connection}/topics/{topic}/messages/{position}/copy'),
  showExport: get('/api/{connection}/exports/{id}'),
  cancelExport: post('/api/{connection}/exports/{id}/cancel'),
  checkMessage: post('/api/{connection}/topics/{topic}/messages/check'),
  produceMessage: post('/api/{connection}/topics/{topic}/messages'),
  listGroups: get('/api/{connection}/groups'),
  showGroup: get('/api/{connection}/groups/{group}'),
  showLagHistory: get('/api/{connection}/groups/{group}/lag'),
  listFailureGroups: get('/api/{connection}/failure-groups'),
  showFailureGroup: get('/api/{connection}/failure-groups/{id}'),
  setFailureGroupState: post('/api/{connection}/failure-groups/{id}/state'),
  showFailureGroupEvidence: get('/api/{connection}/failure-groups/{id}/evidence'),
  assignFailureGroup: post('/api/{connection}/failure-groups/{id}/assignee'),
  addFailureGroupNote: post('/api/{connection}/failure-groups/{id}/notes'),
  listDeadLetters: get('/api/{connection}/dead-letters'),
  showDeadLetter: get('/api/{connection}/dead-letters/{id}'),
  showLetterMoment: get('/api/{connection}/dead-letters/{id}/moment'),
  showKeyStory: get('/api/{connection}/dead-letters/{id}/key-story'),
  decideLetters: post('/api/{connection}/dead-letters/decisions'),
  planReplay: post('/api/{connection}/replays/plans'),
  showReplayPlan: get('/api/{connection}/replays/plans/{id}'),
  startReplay: post('/api/{connection}/replays'),
  listReplays: get('/api/{connection}/replays'),
  showReplay: get('/api/{connection}/replays/{id}'),
  listReplayReturns: get('/api/{connection}/replays/{id}/returns'),
  listReplayItems: get('/api/{connection}/replays/{id}/items'),
  declareGroupIsolation: post('/api/{connection}/groups/{group}/isolation'),
  cancelReplay: post('/api/{connection}/replays/{id}/cancel'),
  pauseReplay: post('/api/{connection}/replays/{id}/pause'),
  resumeReplay: post('/api/{connection}/replays/{id}/resume'),
  continueReplay: post('/api/{connection}/replays/{id}/continue'),
  startReplayNow: post('/api/{connection}/replays/{id}/start-now'),
  listSearches: get('/api/{connection}/searches'),
  saveSearch: post('/api/{connection}/searches'),
  renameSearch: post('/api/{connection}/searches/{id}/name'),
  deleteSearch: post('/api/{connection}/searches/{id}/delete'),
  restoreSearch: post('/api/{connection}/searches/{id}/restore'),
  listSubjects: get('/api/{connection}/schemas'),
  showRegistry: get('/api/{connection}/schema-registry'),
  showSubject: get('/api/{connection}/schemas/{subject}'),
  showSchemaVersion: get('/api/{connection}/schemas/{subject}/versions/{version}'),
  compareSchemaVersions: get('/api/{connection}/schemas/{subject}/compare'),
  showSchemaId: get('/api/{connection}/schema-ids/{id}'),
  showTopicSchemas: get('/api/{connection}/topics/{topic}/schemas'),
  testSchema: post('/api/{connection}/schemas/{subject}/test'),
  registerSchema: post('/api/{connection}/schemas/{subject}/versions'),
  planSchemaDeletion: get('/api/{connection}/schemas/{subject}/deletion'),
  deleteSchema: post('/api/{connection}/schemas/{subject}/deletion'),
  setSubjectCompatibility: post('/api/{connection}/schemas/{subject}/compatibility'),
  setAllCompatibility: post('/api/{connection}/schema-registry/compatibility'),
  sampleSchemas: post('/api/{connection}/schema-samples'),
  listTraces: get('/api/traces'),
  showTrace: get('/api/traces/{traceId}'),
  listMarks: get('/api/marks'),
  addMark: post('/api/marks'),
  listAudit: get('/api/audit'),
  showAuditEntry: get('/api/audit/entries/{id}'),
  checkAudit: get('/api/audit/chain'),
  showHealth: get('/api/health'),
} as const satisfies Record<string, Address>

/** Addresses of `streams.ts`. */
export const streamAddresses = {
  followChanges: get('/api/live'),
  searchMessages: get('/api/{connection}/messages/search'),
  tailMessages: get('/api/{connection}/messages/tail'),
} as const satisfies Record<string, Address>

/** Addresses of `downloads.ts`. */
export const downloadAddresses = {
  readPayload: get('/api/{connection}/topics/{topic}/messages/{position}/payload'),
  exportMessages: get('/api/{connection}/messages/export'),
  exportAudit: get('/api/audit/export'),
  reportReplay: get('/api/{connection}/replays/{id}/report'),
} as const satisfies Record<string, Address>
