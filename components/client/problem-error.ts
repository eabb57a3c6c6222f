import type { Problem } from '#server/contracts/problem.ts'

/** A refused or failed request, with the problem document that says what happened and what to do. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** The problem of any error a query may carry. */
export const problemOfError = (error: unknown): Problem =>
  error instanceof ProblemError
    ? error.problem
    : {
        type: 'about:blank',
        title: 'This page has failed',
        status: 500,
        code: 'internal',
        detail: error instanceof Error ? error.message : String(error),
        hint: 'Reload the page. When it happens again, it is a defect of Spillway.',
      }
