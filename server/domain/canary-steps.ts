import type { Outcome } from '#server/contracts/replays.ts'

/** How many copies each step of a canary holds; the last step is the rest. */
export const canarySizes = [1, 5, 20] as const
export const lastStep = canarySizes.length
/** So many items decide about the steps before the last. */
export const canaryItems = canarySizes.reduce((sum, size) => sum + size, 0)
/** From more letters than this on a replay begins with a canary unless its operator says otherwise. */
export const canaryFrom = 20

/** An item of a replay that was not left out on purpose. Times in milliseconds since the epoch. */
export type StepItem = {
  readonly seq: number
  readonly outcome: Outcome
  readonly sentAtMs: number | null
  /** When its outcome was found. */
  readonly outcomeAtMs: number | null
}

/**
 * The items of each step, of the first items of a replay in the order of sending. What was left out on purpose
 * (SKIPPED) is no part of a step: a step proves something only by copies that were sent.
 */
export const splitIntoSteps = <T extends Pick<StepItem, 'outcome'>>(items: readonly T[]): readonly T[][] => {
  const left = items.filter(({ outcome }) => outcome !== 'SKIPPED')
  const steps: T[][] = []
  let from = 0
  for (const size of canarySizes) {
    steps.push(left.slice(from, from + size))
    from += size
  }
  return [...steps, left.slice(from)]
}

/** What may be sent now. */
export type Gate = {
  /** The step that is open, from 0 on. */
  readonly step: number
  /**
   * `send`: items up to `untilSeq` may be sent, all where it is null. `wait`: what was sent of the step has no outcome
   * yet. `held`: the step can not prove itself any more; the next one opens when an operator says so.
   */
  readonly state: 'send' | 'wait' | 'held'
  readonly untilSeq: number | null
}

/** Outcomes after which a copy will not settle by itself. */
const stuck: ReadonlySet<Outcome> = new Set(['UNKNOWN', 'FAILED', 'RETURNED'])

/**
 * What a canary lets through: the next step opens when every copy of the open one is SETTLED, never before. `first` are
 * the first items of the replay in the order of sending, `canaryItems` that are not SKIPPED where there are so many;
 * `opened` is the step that was open before: a step that was opened stays open. `unsent` counts all items that are yet
 * to be sent.
 */
export const findGate = (first: readonly StepItem[], opened: number, unsent: number): Gate => {
  const steps = splitIntoSteps(first)
  let step = opened
  while (step < lastStep && (steps[step] ?? []).every(({ outcome }) => outcome === 'SETTLED')) step++
  const open = steps[step] ?? []
  const pending = open.filter(({ outcome }) => outcome === 'PENDING')
  // Nothing is left to be sent after it: there is no next step to wait for.
  if (step >= lastStep || unsent === 0)
    return { step: Math.min(step, lastStep), state: 'send', untilSeq: null }
  const last = pending.at(-1)
  if (last) return { step, state: 'send', untilSeq: last.seq }
  return { step, state: open.some(({ outcome }) => stuck.has(outcome)) ? 'held' : 'wait', untilSeq: null }
}

/** Outcomes of the open step that prove nothing yet, with how many have each. */
export const findUnproven = (
  items: readonly Pick<StepItem, 'outcome'>[],
): readonly { readonly outcome: Outcome; readonly count: number }[] =>
  [
    ...Map.groupBy(
      items.filter(({ outcome }) => outcome !== 'SETTLED' && outcome !== 'SKIPPED'),
      ({ outcome }) => outcome,
    ),
  ].map(([outcome, list]) => ({ outcome, count: list.length }))

/** Outcomes are looked at and dead letters are indexed every few seconds: a copy settles so much after its quiet period. */
const lookMs = 4_000

/**
 * When the last copy of a step will have settled if nothing goes wrong: the end of its quiet period. `isEarliest` while
 * a copy is not consumed yet: its quiet period begins when it is. Null while nothing tells: copies are not sent yet, are
 * in a retry topic, or will not settle by themselves.
 */
export const findExpectedEnd = (
  items: readonly StepItem[],
  quietMs: number,
  nowMs: number,
): { readonly atMs: number; readonly isEarliest: boolean } | null => {
  const open = items.filter(({ outcome }) => outcome !== 'SETTLED' && outcome !== 'SKIPPED')
  if (open.length === 0 || open.some(({ outcome }) => outcome !== 'SENT' && outcome !== 'CONSUMED'))
    return null
  // A copy that nobody has read yet is read now at the earliest.
  const ends = open.map(({ outcome, outcomeAtMs, sentAtMs }) =>
    outcome === 'SENT' ? nowMs + quietMs : (outcomeAtMs ?? sentAtMs ?? nowMs) + quietMs,
  )
  return {
    atMs: Math.max(...ends) + lookMs,
    isEarliest: open.some(({ outcome }) => outcome === 'SENT'),
  }
}
