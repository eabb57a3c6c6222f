import type { letterDecisionEndpoints } from '#server/contracts/letter-decision-endpoints.ts'
import { decideLetters } from '#server/services/decide-letters.ts'
import type { Operation } from './operation.ts'

type Runs = {
  readonly [Name in keyof typeof letterDecisionEndpoints]: Operation<
    (typeof letterDecisionEndpoints)[Name]
  >['run']
}

/** The use cases behind what people decide about dead letters. */
export const letterDecisionRuns: Runs = {
  decideLetters: ({ deps, connection, actor, body, call }) =>
    decideLetters(deps, connection, actor, body, call),
}
