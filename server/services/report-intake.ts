import { recordGood } from '#server/repositories/freshness.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { rememberServices, type SeenService } from '#server/repositories/span-services.ts'
import type { Deps } from './deps.ts'

/** Says that the receiver is up, so that silence of the services and of the receiver can be told apart. */
export const reportIntake = (deps: Pick<Deps, 'db'>, detail: string): Promise<void> =>
  recordGood(deps.db, '', 'span-intake', detail, null)

/** Tells every open page that there are new spans, and of deploys that the spans show. */
export const announceSpans = async (deps: Pick<Deps, 'db'>, seen: readonly SeenService[]): Promise<void> => {
  const marks = await rememberServices(deps.db, seen)
  await notifyChanged(deps.db, 'traces')
  if (marks > 0) await notifyChanged(deps.db, 'marks')
}
export type { SeenService }
