/** What an actor may do. Every endpoint names one. */
export const permissions = [
  'connections:read',
  'topics:read',
  'topics:change',
  'messages:read',
  'messages:produce',
  'decoders:choose',
  'searches:save',
  'schemas:read',
  'schemas:change',
  'groups:read',
  'dead-letters:read',
  'dead-letters:triage',
  'dead-letters:regroup',
  'dead-letters:edit',
  'dead-letters:approve',
  'replays:read',
  'replays:run',
  'traces:read',
  'marks:read',
  'marks:write',
  'audit:read',
  'health:read',
] as const

export type Permission = (typeof permissions)[number]
