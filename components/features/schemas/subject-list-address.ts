import { createLoader, parseAsBoolean, parseAsInteger, parseAsString } from 'nuqs/server'

/** Subjects on one page of the list. */
export const pageRows = 50

/** What the address of the list of subjects holds. */
export const subjectListSearch = {
  q: parseAsString.withDefault(''),
  deleted: parseAsBoolean.withDefault(false),
  offset: parseAsInteger.withDefault(0),
}
export const loadSubjectList = createLoader(subjectListSearch)

/** What the list asks the API: one object for the view and for the page that is made with its answer. */
export const subjectListAsk = (connection: string, view: Awaited<ReturnType<typeof loadSubjectList>>) => ({
  params: { connection },
  query: {
    q: view.q,
    deleted: String(view.deleted), // An address may hold any number.
    offset: Math.max(0, view.offset),
    limit: pageRows,
  },
})

/** What the address of a comparison holds. */
export const compareSearch = { from: parseAsInteger, to: parseAsInteger }
export const loadCompare = createLoader(compareSearch)
export const compareAsk = (
  connection: string,
  subject: string,
  { from, to }: Awaited<ReturnType<typeof loadCompare>>,
) => ({
  params: { connection, subject },
  query: { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) },
})

/** What the address of a deletion's plan holds. */
export const deletionSearch = { version: parseAsInteger, permanent: parseAsBoolean.withDefault(false) }

/** What the address of a draft holds: the subject, which may be a new one. */
export const draftSearch = { subject: parseAsString.withDefault('') }
