import type { TailFrame } from '#server/contracts/message-stream.ts'
import type { MessageRow } from '#server/contracts/messages.ts'
import { rowKeyOf } from './search-state.ts'

type Rate = Extract<TailFrame, { type: 'rate' }>

/** Rows that are kept on screen, and as many aside while it is paused. */
export const mostTailRows = 1_000

/**
 * A tail as a page shows it. `connecting`: nothing is heard yet; `following`; `lost`: the server went, and is asked again
 * from where the tail stood; `failed`: refused for a reason that asking again does not mend.
 */
export type TailState = {
  readonly status: 'connecting' | 'following' | 'lost' | 'failed'
  /** The newest first. */
  readonly rows: readonly MessageRow[]
  /** Rows that came, on screen or no longer. */
  readonly arrived: number
  /** What came since the rows on screen were held still. */
  readonly paused: {
    readonly sinceMs: number
    readonly rows: readonly MessageRow[]
    /** All that fitted meanwhile, also what is not kept. */
    readonly arrived: number
  } | null
  /** Fitted, but never shown: more came than can be shown, or was kept while paused. */
  readonly leftOut: number
  readonly rate: Rate | null
  /** Counted by streams that have ended. */
  readonly skippedBefore: number
  readonly cursor: string | null
  readonly error: unknown
  readonly lostSinceMs: number | null
}

export const beginTail = (): TailState => ({
  status: 'connecting',
  rows: [],
  arrived: 0,
  paused: null,
  leftOut: 0,
  rate: null,
  skippedBefore: 0,
  cursor: null,
  error: null,
  lostSinceMs: null,
})

/** Messages that were jumped over unread, over all streams. */
export const skippedOf = ({ skippedBefore, rate }: TailState): number => skippedBefore + (rate?.skipped ?? 0)

/** Newest first; the older of two rows of one place goes, and what is too much at the end. */
const joinRows = (coming: readonly MessageRow[], known: readonly MessageRow[]): readonly MessageRow[] => {
  const all = new Map<string, MessageRow>()
  for (const row of [...coming.toReversed(), ...known]) {
    const key = rowKeyOf(row)
    if (!all.has(key)) all.set(key, row)
    if (all.size === mostTailRows) break
  }
  return [...all.values()]
}

/** Takes one frame. While it is paused the rows on screen stay, and what comes is kept aside and counted. */
export const takeTailFrame = (state: TailState, frame: TailFrame): TailState => {
  const heard = { ...state, status: 'following', lostSinceMs: null, error: null } as const
  switch (frame.type) {
    case 'rows': {
      const { rows, cursor = state.cursor } = frame
      const arrived = state.arrived + rows.length
      if (state.paused === null) return { ...heard, rows: joinRows(rows, state.rows), arrived, cursor }
      const kept = joinRows(rows, state.paused.rows)
      const overflow = state.paused.rows.length + rows.length - kept.length
      return {
        ...heard,
        arrived,
        cursor,
        leftOut: state.leftOut + overflow,
        paused: { ...state.paused, rows: kept, arrived: state.paused.arrived + rows.length },
      }
    }
    case 'rate': {
      const more = frame.dropped - (state.rate?.dropped ?? 0)
      return {
        ...heard,
        rate: frame,
        cursor: frame.cursor ?? state.cursor,
        leftOut: state.leftOut + more,
        paused: state.paused && { ...state.paused, arrived: state.paused.arrived + more },
      }
    }
    case 'error':
      return state
  }
}

/** A stream has ended: the counts of the next begin at nothing. */
export const endTailStream = (state: TailState): TailState =>
  state.rate === null
    ? state
    : {
        ...state,
        skippedBefore: skippedOf(state),
        rate: { ...state.rate, dropped: 0, skipped: 0 },
      }

/** The server does not answer; it is asked again. */
export const loseTail = (state: TailState, error: unknown, nowMs: number): TailState => ({
  ...state,
  status: 'lost',
  error,
  lostSinceMs: state.lostSinceMs ?? nowMs,
})

/** Holds the rows on screen still. */
export const pauseTail = (state: TailState, nowMs: number): TailState =>
  state.paused === null ? { ...state, paused: { sinceMs: nowMs, rows: [], arrived: 0 } } : state

/** Brings what came meanwhile on screen. */
export const resumeTail = (state: TailState): TailState =>
  state.paused === null
    ? state
    : { ...state, rows: joinRows(state.paused.rows.toReversed(), state.rows), paused: null }
