import { createLoader, parseAsInteger, parseAsString } from 'nuqs/server'

/** What the address of the audit holds: who, action, target, minutes back (0: all), and the entry that is looked at. */
export const auditSearch = {
  who: parseAsString.withDefault(''),
  action: parseAsString.withDefault(''),
  target: parseAsString.withDefault(''),
  minutes: parseAsInteger.withDefault(0),
  entry: parseAsString,
}

export const loadAudit = createLoader(auditSearch)
export type AuditView = Awaited<ReturnType<typeof loadAudit>>

/** The filter as the API takes it, for the list and for the export. */
export const auditFilterOf = ({ who, action, target, minutes }: AuditView) => ({
  ...(who === '' ? {} : { who }),
  ...(action === '' ? {} : { action }),
  ...(target === '' ? {} : { target }),
  ...(minutes > 0 ? { minutes } : {}),
})

/** What the list asks the API. */
export const auditAsk = (view: AuditView) => ({ query: { limit: 100, ...auditFilterOf(view) } })
