import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import { fail, type Result, succeed } from './result.ts'
import { sayMany, sayMoment } from './say-amounts.ts'

type State = FailureGroupDetail['state']
/** A state that is kept. Replaying is not: it follows from the replays under way. */
export type KeptState = Exclude<State, 'replaying'>
type ClosedState = Extract<KeptState, 'resolved' | 'archived' | 'muted'>

export type MuteTerms = NonNullable<FailureGroupDetail['mute']>
export type Regression = NonNullable<FailureGroupDetail['regression']>

/** Where a failure group stands, by whom and since when. Times in milliseconds since the epoch. */
export type GroupStanding = {
  readonly state: KeptState
  readonly by: string | null
  readonly atMs: number | null
  readonly mute: MuteTerms | null
  readonly regression: Regression | null
}

export type StateChange = { readonly state: KeptState; readonly mute?: MuteTerms | undefined }

const isClosed = (state: KeptState): state is ClosedState =>
  state === 'resolved' || state === 'archived' || state === 'muted'

const furthestMs = 366 * 86_400_000

/**
 * The standing after somebody has set a state. That it had come back is told until it is closed again. Muting needs
 * terms that can still come true; the error says which do not.
 */
export const setGroupState = (
  standing: GroupStanding,
  { state, mute }: StateChange,
  by: string,
  { nowMs, letters }: { readonly nowMs: number; readonly letters: number },
): Result<GroupStanding, string> => {
  const regression = isClosed(state) ? null : standing.regression
  if (state !== 'muted') {
    return mute === undefined
      ? succeed({ state, by, atMs: nowMs, mute: null, regression })
      : fail(`mute: only a muted group has terms, not one that is ${state}.`)
  }
  const pastLetters = mute?.pastLetters ?? null
  const untilMs = mute?.untilMs ?? null
  if (pastLetters === null && untilMs === null)
    return fail('mute: name a number of letters, or a time, after which the group comes back.')
  if (pastLetters !== null && pastLetters < letters)
    return fail(
      `mute.pastLetters: the group has ${sayMany(letters, 'letter')} by now, more than ${pastLetters}.`,
    )
  if (untilMs !== null && (untilMs < nowMs - 60_000 || untilMs > nowMs + furthestMs))
    return fail('mute.untilMs: name a time within the coming year.')
  return succeed({ state, by, atMs: nowMs, mute: { pastLetters, untilMs }, regression })
}

/**
 * The standing after letters have come, the latest of them at `arrivedAtMs`, `letters` in all by now. A resolved or
 * archived group comes back with a letter that came after it was closed, a muted one when its terms say so. The very
 * same standing where nothing changes.
 */
export const receiveDeaths = (
  standing: GroupStanding,
  {
    arrivedAtMs,
    letters,
    nowMs,
  }: { readonly arrivedAtMs: number; readonly letters: number; readonly nowMs: number },
): GroupStanding => {
  const { state, by, atMs, mute } = standing
  if (!isClosed(state) || arrivedAtMs <= (atMs ?? 0)) return standing
  const because = state === 'muted' ? unmutedBy(mute, arrivedAtMs, letters) : 'died'
  if (because === null) return standing
  const regression: Regression = { was: state, by, sinceMs: atMs, atMs: nowMs, because }
  return { state: 'new', by: null, atMs: nowMs, mute: null, regression }
}

/** The standing after letters that a closed group counted as done with were restored: it is open again. */
export const receiveRestored = (standing: GroupStanding, nowMs: number): GroupStanding => {
  const { state, by, atMs } = standing
  if (!isClosed(state)) return standing
  const regression: Regression = { was: state, by, sinceMs: atMs, atMs: nowMs, because: 'restored' }
  return { state: 'new', by: null, atMs: nowMs, mute: null, regression }
}

const unmutedBy = (
  mute: MuteTerms | null,
  arrivedAtMs: number,
  letters: number,
): 'grew' | 'recurred' | null => {
  if (mute?.pastLetters != null && letters > mute.pastLetters) return 'grew'
  return mute?.untilMs != null && arrivedAtMs > mute.untilMs ? 'recurred' : null
}

/** A standing in words, as the audit keeps it. */
export const sayStanding = ({ state, mute }: GroupStanding): string => {
  const terms = [
    mute?.pastLetters == null ? null : `it has more than ${mute.pastLetters} letters`,
    mute?.untilMs == null ? null : `a letter comes after ${sayMoment(mute.untilMs)}`,
  ].filter((one) => one !== null)
  return terms.length === 0 ? state : `${state} until ${terms.join(' or ')}`
}

const causes = {
  died: 'a letter came after that',
  grew: 'it has more letters than it was muted for',
  recurred: 'a letter came after the time it was muted for',
  restored: 'of the letters that were done with some were restored',
} as const

/** A regression in words: new again, was resolved by anna at 2026-11-21 14:02:11 UTC: a letter came after that. */
export const sayRegression = ({ was, by, sinceMs, because }: Regression): string =>
  `new again, was ${was}${by === null ? '' : ` by ${by}`}${sinceMs === null ? '' : ` at ${sayMoment(sinceMs)}`}: ${causes[because]}`
