import { formatSearch, parseSearch } from '#server/contracts/message-search.ts'

/** The expression of a search that is not turned round; empty when it has none. */
export const expressionOf = (search: string): string => {
  const parsed = parseSearch(search)
  const found = parsed.ok ? parsed.terms.find((term) => term.kind === 'where' && !term.negated) : undefined
  return found?.kind === 'where' ? found.expression : ''
}

/** A search with another expression, or without one. What can not be read stays as it is. */
export const withExpression = (search: string, expression: string): string => {
  const parsed = parseSearch(search)
  if (!parsed.ok) return search
  return formatSearch([
    ...parsed.terms.filter((term) => term.kind !== 'where' || term.negated),
    ...(expression.trim() === ''
      ? []
      : [{ kind: 'where', expression: expression.trim(), negated: false } as const]),
  ])
}
