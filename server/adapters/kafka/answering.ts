import { fail, succeed } from '#server/domain/result.ts'
import type { Answer, MissingPart, PartialAnswer } from '#server/ports/answer.ts'
import { errorOfThrown } from './errors.ts'

/** Runs an adapter method: what the client throws becomes the error of the answer. */
export const answering = async <T>(about: string, work: () => Promise<T>): Answer<T> => {
  try {
    return succeed(await work())
  } catch (error) {
    return fail(errorOfThrown(error, about))
  }
}

/**
 * Asks several brokers side by side and puts the answer together from those that gave one. An error when none did; with
 * nobody to ask, the answer of no parts.
 */
export const gathering = async <P, T>(
  about: string,
  brokers: readonly number[],
  askOne: (broker: number) => Promise<P>,
  combine: (parts: readonly P[]) => T,
): PartialAnswer<T> => {
  const outcomes = await Promise.allSettled(brokers.map(askOne))
  const parts: P[] = []
  const degraded: MissingPart[] = []
  for (const [index, outcome] of outcomes.entries())
    if (outcome.status === 'fulfilled') parts.push(outcome.value)
    else
      degraded.push({
        part: `broker ${brokers[index]}`,
        error: errorOfThrown(outcome.reason, `${about} of broker ${brokers[index]}`),
      })
  const [first] = degraded
  if (first && parts.length === 0) return fail(first.error)
  return { ok: true, value: combine(parts), degraded }
}
