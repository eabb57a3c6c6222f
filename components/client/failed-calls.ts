import type { Problem } from '#server/contracts/problem.ts'
import { ProblemError } from './problem-error.ts'

/** The problem of a server that does not answer, or not in a way that can be read. */
export const unreachable = (detail: string): ProblemError =>
  new ProblemError({
    type: 'about:blank',
    title: 'The Spillway server does not answer',
    status: 503,
    code: 'internal',
    detail,
    hint: 'Check that it runs. This page tries again by itself.',
  })

/**
 * Page and server are of different versions: the page was opened before an update, or a part was left behind. `place`
 * is the first of so many places where the answer differs from the contract.
 */
export const unreadable = (place: string, places: number): ProblemError =>
  new ProblemError({
    type: 'about:blank',
    title: 'The answer does not fit this page',
    status: 500,
    code: 'internal',
    detail: `It differs at ${place || 'its root'}${places > 1 ? ` and ${places - 1} more ${places === 2 ? 'place' : 'places'}` : ''}: the page and the server are of different versions.`,
    hint: 'Reload the page. When it happens again, it is a defect of Spillway.',
  })

/** What a refusal says: the server's own problem document, or that there was none. */
export const refusalOf = async (response: Response): Promise<ProblemError> => {
  const body: unknown = await response.json().catch(() => null)
  return isProblem(body)
    ? new ProblemError(body)
    : unreachable(`It answered ${response.status} without saying why.`)
}

/** Looked at by hand: what tells of a failure must not have to load anything first. */
const isProblem = (body: unknown): body is Problem => {
  const { type, title, status, detail, code, hint } = (body ?? {}) as Partial<Record<keyof Problem, unknown>>
  return (
    [type, title, detail, code, hint].every((one) => typeof one === 'string') && typeof status === 'number'
  )
}
