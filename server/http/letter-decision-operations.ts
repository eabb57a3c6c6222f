import type { letterDecisionEndpoints } from '#server/contracts/letter-decision-endpoints.ts'
import { decideLetterEdit, listEdits } from '#server/services/decide-letter-edit.ts'
import { decideLetters } from '#server/services/decide-letters.ts'
import { checkLetterEdit, planLetterEdit, showLetterEdit } from '#server/services/edit-letter.ts'
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
  showLetterEdit: ({ deps, connection, params, call }) => showLetterEdit(deps, connection, params.id, call),
  checkLetterEdit: ({ deps, connection, params, body, call }) =>
    checkLetterEdit(deps, connection, { id: params.id, ...body }, call),
  planLetterEdit: ({ deps, connection, actor, params, body, call }) =>
    planLetterEdit(deps, connection, actor, { id: params.id, ...body }, call),
  listEdits: ({ deps, connection }) => listEdits(deps, connection),
  decideLetterEdit: ({ deps, connection, actor, params, body, call }) =>
    decideLetterEdit(deps, connection, actor, { id: params.id, ...body }, call),
}
