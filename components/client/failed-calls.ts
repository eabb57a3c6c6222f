import type { z } from 'zod'
import { problem } from '#server/contracts/problem.ts'
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

/** Page and server are of different versions: the page was opened before an update, or a part was left behind. */
export const unreadable = ({ issues }: z.ZodError): ProblemError =>
  new ProblemError({
    type: 'about:blank',
    title: 'The answer does not fit this page',
    status: 500,
    code: 'internal',
    detail: `It differs at ${issues[0]?.path.join('.') || 'its root'}${issues.length > 1 ? ` and ${issues.length - 1} more places` : ''}: the page and the server are of different versions.`,
    hint: 'Reload the page. When it happens again, it is a defect of Spillway.',
  })

/** What a refusal says: the server's own problem document, or that there was none. */
export const problemOfBody = (status: number, body: unknown): ProblemError => {
  const known = problem.safeParse(body)
  return known.success
    ? new ProblemError(known.data)
    : unreachable(`It answered ${status} without saying why.`)
}
