import { sayDuration } from './say-amounts.ts'

/** How many workers run, and how many have gone silent: 1 running, 1 silent for 9 s. */
export const sayWorkers = (seen: {
  readonly workers: number
  readonly silent: number
  readonly silentMs: number | null
}): string =>
  [
    seen.workers > 0 || seen.silent > 0 ? `${seen.workers} running` : '',
    seen.silent > 0 ? `${seen.silent} silent for ${sayDuration(seen.silentMs ?? 0)}` : '',
  ]
    .filter(Boolean)
    .join(', ')
