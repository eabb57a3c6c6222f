import type { BrokerError } from '#server/ports/broker-error.ts'
import { errorOfThrown } from './errors.ts'

/** Another producer has opened the transactional id, or the coordinator has ended the transaction for its age. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

const fencedCodes = new Set([47, 90])

/** Whether an error says that a producer is not the one of its id any more, also when a partition's leader says so. */
export const isFenced = (error: unknown): boolean =>
  error instanceof FencedError || fencedCodes.has(Number((error as { apiId?: unknown })?.apiId))

/** Kinds of answers by which a broker says that it has written nothing. */
const refusals: ReadonlySet<BrokerError['kind']> = new Set(['invalid', 'not-found', 'denied', 'unsupported'])

/** Whether an error of sending says that the batch which it is about was not written. */
export const isRefusal = (error: unknown): boolean => refusals.has(errorOfThrown(error, 'sending').kind)

/** Of what went wrong side by side the gravest: fenced, then what leaves a write unknown, then what was refused. */
export const gravestOf = (failures: readonly unknown[]): unknown =>
  failures.find(isFenced) ?? failures.find((one) => !isRefusal(one)) ?? failures[0]
