/** What an expression may name, and what it is. */
export const expressionNames = {
  value: 'the decoded value: fields by their names, value.order.id',
  key: 'the decoded key',
  headers: 'headers by name: headers.tenant, headers["content-type"]',
  topic: 'name of the topic',
  partition: 'whole number',
  offset: 'whole number',
  timestamp: 'time: timestamp > timestamp("2026-11-21T03:00:00Z")',
  schemaId: 'schema id of the value, or null',
  size: 'bytes of key and value',
} as const
