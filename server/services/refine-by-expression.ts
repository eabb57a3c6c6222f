import type { SearchTerm } from '#server/contracts/message-search.ts'
import type { MessageFilter } from '#server/ports/broker.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'

export const findExpressionProblem = (_terms: readonly SearchTerm[]): string | null => null
export const makeRefinement = (
  _terms: readonly SearchTerm[],
  _registry: SchemaRegistry | null,
  _call: Call,
): NonNullable<MessageFilter['refine']> | null => null
