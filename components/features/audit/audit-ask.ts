/** What the audit page asks the API: the newest two hundred entries. */
export const auditAsk = { query: { limit: 200 } } as const
