import type { DeletionPlan, SchemaSighting } from '#server/contracts/schemas.ts'

export type DeletionFacts = {
  readonly permanent: boolean
  /** What will be gone, and what is not deleted at all now. */
  readonly versions: readonly number[]
  readonly living: readonly number[]
  /** It is the version that new messages are checked against. */
  readonly isLatest: boolean
  readonly sightings: readonly SchemaSighting[]
  /** How many versions elsewhere refer to it, as far as was told. */
  readonly referrers: number
  /** Why not all that refers to it is known; null when it is. */
  readonly untold: string | null
  readonly isSampled: boolean
}

type Finding = DeletionPlan['findings'][number]
const list = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

/**
 * Why it is not known of each of so many versions what refers to it, or null when it is. `whys` holds one for each version
 * that was asked: null where the registry told.
 */
export const sayUntold = (versions: number, whys: readonly (string | null)[]): string | null => {
  const failed = whys.filter((why) => why !== null)
  const reasons = [
    ...(whys.length < versions ? [`only the newest ${whys.length} of ${versions} versions were asked`] : []),
    ...failed
      .slice(0, 1)
      .map((why) => (failed.length === versions ? why : `${failed.length} of ${versions} versions: ${why}`)),
  ]
  return reasons.length === 0 ? null : reasons.join('; ')
}

/** What speaks for and against a deletion, worst first. `refused` means that it can not be done. */
export const findDeletionFindings = (facts: DeletionFacts): Finding[] => {
  const { permanent, versions, living, isLatest, sightings, referrers, untold, isSampled } = facts
  const refused: string[] = []
  const warnings: string[] = []
  const ready: string[] = []
  if (versions.length === 0) refused.push('Nothing of it is left to delete.')
  const alive = versions.filter((version) => living.includes(version))
  const dead = versions.filter((version) => !living.includes(version))
  if (permanent && alive.length > 0)
    refused.push(
      `${alive.length === 1 ? `Version ${alive[0]} is` : `${alive.length} versions are`} not deleted softly yet. Delete softly first: a registry deletes for good only what was.`,
    )
  if (!permanent && dead.length > 0) refused.push(`Version ${dead.join(', ')} is deleted softly already.`)
  if (referrers > 0)
    refused.push(
      `${referrers === 1 ? 'One version refers' : `${referrers} versions refer`} to it. Delete or change what refers to it first.`,
    )
  if (untold !== null)
    warnings.push(`${referrers === 0 ? 'What' : 'What else'} refers to it is not known: ${untold}.`)
  const used = sightings.filter(({ inSample }) => inSample > 0)
  if (used.length > 0)
    warnings.push(
      `The newest messages of ${list([...new Set(used.map(({ topic }) => topic))])} carry it${permanent ? ': they can not be decoded afterwards' : ''}.`,
    )
  else if (sightings.length > 0)
    warnings.push(
      `Messages of ${list([...new Set(sightings.map(({ topic }) => topic))])} carried it earlier; they may still be kept there.`,
    )
  else if (isSampled) ready.push('No sampled message carries it. Older messages were not looked at.')
  else warnings.push('Who uses it is not known: no topic has been sampled yet.')
  if (isLatest && living.length > 1)
    warnings.push('It is the latest version: the one before it becomes the latest.')
  if (referrers === 0 && untold === null) ready.push('Nothing refers to it.')
  return [
    ...refused.map((sentence) => ({ severity: 'refused', sentence }) as const),
    ...warnings.map((sentence) => ({ severity: 'warning', sentence }) as const),
    ...ready.map((sentence) => ({ severity: 'ready', sentence }) as const),
  ]
}
