/**
 * Closed lists of words that contracts check and screens offer. They stand apart from the schemas made of them, so that
 * a page which offers one does not load what checks it.
 */
export const topicSorts = [
  'name',
  'messages',
  'rate',
  'size',
  'lag',
  'partitions',
  'retention',
  'last',
] as const
export const topicFilters = ['trouble', 'compacted', 'internal', 'dead-letters', 'empty', 'unread'] as const

export const outcomes = [
  'PENDING',
  'SENT',
  'CONSUMED',
  'SETTLED',
  'RETRYING',
  'RETURNED',
  'FAILED',
  'SKIPPED',
  'UNKNOWN',
] as const

/** A step of a canary: closed, being sent, waiting for outcomes, held by what will not settle, proven, or opened by hand. */
export const canaryStepStates = [
  'closed',
  'sending',
  'waiting',
  'held',
  'settled',
  'continued',
  'stopped',
] as const

/** States of a failure group that people set. */
export const settableGroupStates = [
  'new',
  'known',
  'investigating',
  'fix-out',
  'resolved',
  'archived',
  'muted',
] as const
/** Replaying is nobody's word: an open group is so for as long as a replay of it is under way. */
export const failureGroupStates = [...settableGroupStates, 'replaying'] as const
/** A failure group in another state is closed: out of the way until it comes back. */
export const openGroupStates = ['new', 'known', 'investigating', 'fix-out', 'replaying'] as const
/** What a person may decide about a letter that is not to be replayed: not wanted any more, or dealt with elsewhere. */
export const dispositionKinds = ['discarded', 'archived'] as const
export type DispositionKind = (typeof dispositionKinds)[number]
export const letterDecisions = ['discard', 'archive', 'restore'] as const
export type LetterDecision = (typeof letterDecisions)[number]
/** Whether dead letters of a connection may be edited and replayed; `approved`: after another person has agreed. */
export const editingModes = ['off', 'on', 'approved'] as const
export type EditingMode = (typeof editingModes)[number]
/** What an edit may do to a header: anything, anything with a warning, nothing, nothing but a new id, or no copy carries it. */
export const headerEditRules = ['free', 'warned', 'locked', 'new-id', 'left-out'] as const
export type HeaderEditRule = (typeof headerEditRules)[number]
/** By what the letters of a failure group can be narrowed; `open`: nothing was decided about them. */
export const letterStandings = ['open', ...dispositionKinds] as const
/** So many letters a plan of a replay takes at most, and so many failure groups. */
export const mostLettersOfPlan = 100_000
export const mostGroupsOfPlan = 1_000

/** So many failure groups a list shows first; at most as many as a plan takes. */
export const listedFailureGroups = 200

/** By what the inbox can be narrowed. */
export const inboxFilters = ['open', 'muted', 'resolved', 'archived', 'all'] as const

/** In what order the inbox stands, and within which time the failures that it is narrowed to become unrecoverable. */
export const inboxSorts = ['growing', 'count', 'keys', 'last', 'expires'] as const
export const inboxDeadlines = ['3h', '24h', '7d'] as const

/**
 * When the message of a failure tells it from others, and what moves letters from one group to another; `built-in`: another
 * way of Spillway's own to tell failures apart.
 */
export const messageUses = ['without-frame', 'always', 'never'] as const
export const regroupingKinds = ['merge', 'split', 'undo', 'rules', 'built-in'] as const

export const markKinds = ['deploy', 'replay', 'reset', 'note'] as const

export const schemaTypes = ['AVRO', 'PROTOBUF', 'JSON'] as const
export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

/** How one side of a topic's messages can be read by choice, beside a schema of the registry and a configured type. */
export const plainChoices = {
  json: 'JSON',
  msgpack: 'MessagePack',
  cbor: 'CBOR',
  xml: 'XML',
  text: 'Text (UTF-8)',
  latin1: 'Text (Latin-1)',
  int16: '16-bit integer',
  int32: '32-bit integer',
  int64: '64-bit integer',
  float32: '32-bit float',
  float64: '64-bit float',
  uuid: 'UUID',
  hex: 'Hexadecimal',
  base64: 'Base64',
} as const

/** A schema of the registry as a choice of how to read messages: `schema:12`. */
export const schemaChoice = /^schema:[1-9]\d{0,9}$/

/** A place in a topic: `3@88213`, or a time with its zone. */
export const placeInTopic =
  /^(\d{1,9}@\d{1,19}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))$/

/** The word of a list that a text is; undefined when it is none of them. */
export const findChoice = <const C extends string>(
  choices: readonly C[],
  text: string | undefined,
): C | undefined => choices.find((one) => one === text)

export const auditSubjectKinds = [
  'replay',
  'failure-group',
  'dead-letter',
  'topic',
  'message',
  'group',
  'subject',
  'topic-change',
] as const

export const replayReportForms = ['md', 'json'] as const
/** What may be done with messages that wait in a retry topic: try them now, try them once more, or give them up. */
export const requeueActions = ['skip-wait', 'last-retry', 'park'] as const
export type RequeueAction = (typeof requeueActions)[number]
