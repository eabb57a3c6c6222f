import type { Problem, ProblemCode } from '#server/contracts/problem.ts'

type Row = { readonly status: number; readonly title: string; readonly hint: string }

/** The one place where an error code becomes a status, a title and what to do. */
export const errorTable = {
  'invalid-request': {
    status: 400,
    title: 'The request can not be understood',
    hint: 'Correct what the detail names and send it again.',
  },
  'foreign-host': {
    status: 403,
    title: 'Unknown host name',
    hint: 'Open Spillway by the address it prints at start, or list this host in SPILLWAY_ALLOWED_HOSTS.',
  },
  'foreign-origin': {
    status: 403,
    title: 'Request of another site',
    hint: 'Changes are accepted only from Spillway’s own pages, or without an Origin header from a program, as JSON.',
  },
  'permission-denied': {
    status: 403,
    title: 'Not permitted',
    hint: 'Ask an administrator for the permission that the detail names.',
  },
  'not-found': { status: 404, title: 'Not found', hint: 'Check the name, or look for it in the list.' },
  'read-only-connection': {
    status: 403,
    title: 'The connection is read-only',
    hint: 'Set readOnly: false for this connection in spillway.yaml if writing to it is intended.',
  },
  conflict: {
    status: 409,
    title: 'Not possible in the present state',
    hint: 'Reload to see the present state.',
  },
  unsupported: {
    status: 501,
    title: 'This connection does not offer it',
    hint: 'What the detail names is needed first: a newer broker, a schema registry, or another setting.',
  },
  'broker-unreachable': {
    status: 503,
    title: 'The broker does not answer',
    hint: 'Check that it runs and that its advertised address can be reached from here. Spillway keeps trying.',
  },
  'broker-timeout': {
    status: 504,
    title: 'The broker took too long',
    hint: 'Try again, or ask for less: fewer messages, one partition.',
  },
  'broker-denied': {
    status: 403,
    title: 'The broker refuses this user',
    hint: 'Give the user of this connection the right that the detail names.',
  },
  'broker-overloaded': {
    status: 503,
    title: 'The broker is overloaded',
    hint: 'Wait a moment; Spillway has backed off.',
  },
  'registry-unreachable': {
    status: 503,
    title: 'The schema registry does not answer',
    hint: 'Check its address in spillway.yaml. Messages are shown without their schema meanwhile.',
  },
  'database-unreachable': {
    status: 503,
    title: 'Spillway’s database does not answer',
    hint: 'Check that PostgreSQL runs and that DATABASE_URL is right. Spillway reconnects by itself.',
  },
  'deadline-exceeded': {
    status: 504,
    title: 'It took too long',
    hint: 'Ask for less at once, or try again.',
  },
  internal: {
    status: 500,
    title: 'Spillway has failed',
    hint: 'This is a defect of Spillway. The log has the details under this trace id.',
  },
} as const satisfies Record<ProblemCode, Row>

/** The problem document of a code. */
export const problemOf = (
  code: ProblemCode,
  detail: string,
  more: { readonly source?: string | undefined; readonly traceId?: string | undefined } = {},
): Problem => ({
  type: `urn:spillway:problem:${code}`,
  title: errorTable[code].title,
  status: errorTable[code].status,
  detail,
  code,
  hint: errorTable[code].hint,
  ...(more.source === undefined ? {} : { source: more.source }),
  ...(more.traceId === undefined ? {} : { traceId: more.traceId }),
})

/** The HTTP answer of a problem, as RFC 9457 wants it. */
export const problemResponse = (problem: Problem): Response =>
  Response.json(problem, {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.status === 503 ? { 'retry-after': '2' } : {}),
    },
  })
