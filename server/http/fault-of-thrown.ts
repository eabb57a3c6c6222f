import { type Fault, FaultError } from '#server/services/fault.ts'

const databaseCodes = /^(08|57P0|53300)/
/** query_canceled: by the statement timeout of the pool. */
const statementCancelled = '57014'
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])

const codesOf = (error: unknown): string[] => {
  const found: string[] = []
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, cause, errors, meta } = current as {
      code?: unknown
      cause?: unknown
      errors?: unknown
      meta?: { code?: unknown }
    }
    for (const one of [code, meta?.code]) if (typeof one === 'string') found.push(one)
    if (Array.isArray(errors)) found.push(...errors.flatMap((inner) => codesOf(inner)))
    current = cause
  }
  return found
}

/**
 * What an exception means to the caller. Use cases throw only for faults of the database (its client throws) and
 * defects; brokers and registries answer results.
 */
export const faultOfThrown = (error: unknown, signal: AbortSignal): Fault => {
  if (error instanceof FaultError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  const isDatabase =
    codesOf(error).some(
      (code) => databaseCodes.test(code) || socketCodes.has(code) || /^P10(0[0128]|17)$/.test(code),
    ) ||
    /timeout exceeded when trying to connect|Query read timeout|Connection terminated|terminating connection/i.test(
      message,
    )
  if (isDatabase)
    return { code: 'database-unreachable', detail: 'PostgreSQL did not answer.', source: 'database' }
  if (codesOf(error).includes(statementCancelled))
    return { code: 'deadline-exceeded', detail: 'PostgreSQL took too long.', source: 'database' }
  if (signal.aborted)
    return { code: 'deadline-exceeded', detail: 'The request was given up at its deadline.' }
  return {
    code: 'internal',
    detail: 'Something failed that should not have. Nothing was changed by this answer.',
  }
}
