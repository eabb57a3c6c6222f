import { canarySizes } from './canary-steps.ts'
import type { ReplayControl } from './replay-control.ts'
import { sayBytes, sayCount, sayMany } from './say-amounts.ts'

/** How a replay is paced, in words for the record. */
export const sayPace = (
  copiesPerSecond: number,
  {
    bytesPerSecond,
    maxInFlight,
    canary,
  }: Pick<ReplayControl, 'bytesPerSecond' | 'maxInFlight'> & {
    readonly canary: boolean
  },
): string =>
  [
    `at most ${sayMany(copiesPerSecond, 'copy', 'copies')} a second`,
    ...(bytesPerSecond === null ? [] : [`${sayBytes(BigInt(bytesPerSecond))} a second`]),
    ...(maxInFlight === null ? [] : [`${sayCount(maxInFlight)} sent and not yet consumed`]),
    ...(canary ? [`by canary: ${canarySizes.join(', ')}, then the rest`] : []),
  ].join('; ')
