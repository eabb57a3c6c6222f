import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import { writeSpans } from '#server/repositories/spans.ts'
import type { Deps } from './deps.ts'

/** Why spans were not stored: trying again helps when the store is unavailable, and not when it refuses the data. */
export type StoreFailure = { readonly kind: 'unavailable' | 'refused'; readonly detail: string }

/**
 * Stores spans so that they are safe when it answers. Answers how many were new: a span that was sent before is not
 * stored again.
 */
export const storeSpans = async (
  deps: Pick<Deps, 'db'>,
  spans: readonly SpanRecord[],
): Promise<Result<number, StoreFailure>> => {
  try {
    return succeed(await writeSpans(deps.db, spans))
  } catch (error) {
    const detail = error instanceof Error ? error.message || error.name : String(error)
    return fail({ kind: isAboutData(error) ? 'refused' : 'unavailable', detail })
  }
}

/** SQLSTATE classes 22 (data), 23 (constraint) and 54 (limits of a value): the same data fails again. */
const isAboutData = (error: unknown): boolean => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && /^(22|23|54)...$/.test(code)
}
