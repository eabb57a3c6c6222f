import type { LastReplay } from '#server/contracts/last-replay.ts'
import type { LetterRecord } from '#server/repositories/dead-letters.ts'

/** The latest replay of a letter, as screens show it. */
export const lastReplayOf = ({
  lastReplayId,
  lastOutcome,
}: Pick<LetterRecord, 'lastReplayId' | 'lastOutcome'>): LastReplay =>
  lastReplayId === null ? null : { replayId: lastReplayId, outcome: lastOutcome ?? 'UNKNOWN' }
