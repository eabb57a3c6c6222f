import type { CanaryStep, ReplayControl } from '#server/contracts/replay-control.ts'
import type { Outcome } from '#server/contracts/replays.ts'
import {
  canarySizes,
  findExpectedEnd,
  findGate,
  findUnproven,
  lastStep,
  type StepItem,
  splitIntoSteps,
} from '#server/domain/canary-steps.ts'
import type { ReplayControl as Control } from '#server/domain/replay-control.ts'
import { uncontrolled } from '#server/domain/replay-control.ts'
import { readFirstItems } from '#server/repositories/canary-items.ts'
import { readControls } from '#server/repositories/replay-control.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Deps } from './deps.ts'
import { quietPeriodMs } from './quiet-period.ts'

type Counts = ReadonlyMap<string, number>

/** How replays are paced and steered, with where their canaries stand. `countsOf` gives the items of each by outcome. */
export const showControls = async (
  deps: Deps,
  records: readonly ReplayRecord[],
  countsOf: (id: string) => Counts,
): Promise<(record: ReplayRecord) => ReplayControl> => {
  const controls = await readControls(
    deps.db,
    records.map(({ id }) => id),
  )
  const canaries = [...controls].filter(([, { canary }]) => canary).map(([id]) => id)
  const first = canaries.length === 0 ? new Map() : await readFirstItems(deps.db.pool, canaries)
  const nowMs = deps.clock.nowMs()
  return (record) => {
    const control = controls.get(record.id) ?? uncontrolled
    const counts = countsOf(record.id)
    const { paused, stopped } = control
    return {
      bytesPerSecond: control.bytesPerSecond,
      maxInFlight: control.maxInFlight,
      inFlight: counts.get('SENT') ?? 0,
      startAt: control.startAtMs,
      paused: record.state === 'paused' && paused ? { by: paused.by, at: paused.atMs } : null,
      waitsFor: record.state === 'running' ? control.waitsFor : null,
      stopped: stopped && {
        by: stopped.by,
        at: stopped.atMs,
        because: stopped.because,
        letterId: stopped.letterId?.toString() ?? null,
      },
      canary: control.canary ? canaryOf(record, control, first.get(record.id) ?? [], counts, nowMs) : null,
    }
  }
}

const canaryOf = (
  { state, quiet }: ReplayRecord,
  control: Control,
  first: readonly StepItem[],
  counts: Counts,
  nowMs: number,
): ReplayControl['canary'] => {
  // Longer than the setting where retry topics wait longer.
  const quietMs = quiet?.quietMs ?? quietPeriodMs
  const unsent = counts.get('PENDING') ?? 0
  const gate = findGate(first, control.openStep, unsent)
  const steps = splitIntoSteps(first)
  const isOver = state !== 'running' && state !== 'paused' && state !== 'scheduled'
  const open = steps[gate.step] ?? []
  const rest = new Map(counts)
  for (const { outcome } of first) rest.set(outcome, (rest.get(outcome) ?? 0) - 1)
  const outcomesOf = (step: number): Counts =>
    step < lastStep
      ? new Map(
          [...Map.groupBy(steps[step] ?? [], ({ outcome }) => outcome)].map(([name, list]) => [
            name,
            list.length,
          ]),
        )
      : rest
  const isWaiting = gate.step < lastStep && !isOver && unsent > 0
  return {
    open: gate.step,
    quietMs,
    steps: [...canarySizes, null].map((size, step): CanaryStep => {
      const outcomes = [...outcomesOf(step)].flatMap(([outcome, count]) =>
        count > 0 && outcome !== 'SKIPPED' ? [{ outcome: outcome as Outcome, count }] : [],
      )
      const by = control.continued.find((one) => one.step === step)
      return {
        size,
        state: stateOf(step, gate, outcomes, { isOver, isContinued: by !== undefined }),
        outcomes,
        continued: by ? { by: by.by, at: by.atMs, reason: by.reason, unproven: [...by.unproven] } : null,
      }
    }),
    expectedEnd:
      isWaiting && gate.state === 'wait' ? expectedEndOf(findExpectedEnd(open, quietMs, nowMs)) : null,
    unproven: isWaiting ? [...findUnproven(open)] : [],
  }
}

const expectedEndOf = (end: ReturnType<typeof findExpectedEnd>) =>
  end && { at: end.atMs, isEarliest: end.isEarliest }

const stateOf = (
  step: number,
  gate: ReturnType<typeof findGate>,
  outcomes: readonly { readonly outcome: Outcome; readonly count: number }[],
  { isOver, isContinued }: { readonly isOver: boolean; readonly isContinued: boolean },
): CanaryStep['state'] => {
  const has = (wanted: Outcome): boolean => outcomes.some(({ outcome }) => outcome === wanted)
  if (has('RETURNED')) return 'stopped'
  if (outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'SETTLED')) return 'settled'
  if (isContinued) return 'continued'
  if (outcomes.length === 0 || step > gate.step) return 'closed'
  if (has('PENDING')) return isOver ? 'closed' : 'sending'
  return step < lastStep && gate.state === 'held' && !isOver ? 'held' : 'waiting'
}
