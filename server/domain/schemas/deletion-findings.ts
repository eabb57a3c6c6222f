import type { DeletionPlan, SchemaSighting } from '#server/contracts/schemas.ts'

export type DeletionFacts = {
  readonly permanent: boolean
  /** What will be gone, and what is not deleted at all now. */
  readonly versions: readonly number[]
  readonly living: readonly number[]
  /** It is the version that new messages are checked against. */
  readonly isLatest: boolean
  readonly sightings: readonly SchemaSighting[]
  /** How many versions elsewhere refer to it; null when the registry does not tell, with the reason. */
  readonly referrers: number | null
  readonly whyNoReferrers: string | null
  readonly isSampled: boolean
}

type Finding = DeletionPlan['findings'][number]
const list = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

/** What speaks for and against a deletion, worst first. `refused` means that it can not be done. */
export const findDeletionFindings = (facts: DeletionFacts): Finding[] => {
  const { permanent, versions, living, isLatest, sightings, referrers, whyNoReferrers, isSampled } = facts
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
  if (referrers !== null && referrers > 0)
    refused.push(
      `${referrers === 1 ? 'One version refers' : `${referrers} versions refer`} to it. Delete or change what refers to it first.`,
    )
  if (referrers === null) warnings.push(`What refers to it is not known: ${whyNoReferrers ?? 'not told'}.`)
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
  if (referrers === 0) ready.push('Nothing refers to it.')
  return [
    ...refused.map((sentence) => ({ severity: 'refused', sentence }) as const),
    ...warnings.map((sentence) => ({ severity: 'warning', sentence }) as const),
    ...ready.map((sentence) => ({ severity: 'ready', sentence }) as const),
  ]
}
