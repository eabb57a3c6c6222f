import { expect, it } from 'vitest'
import { runReplayFaults, shortRun } from './replay-faults.ts'

it('1,000 letters are sent exactly once and in order, though workers are killed at every named point and the broker is killed', async () => {
  const report = await runReplayFaults({ ...shortRun, seed: 20_261_121 })
  console.log(report)
  expect(report.faults).toEqual([])
  expect(report.copies).toBe(shortRun.letters)
  expect(report.kills).toBeGreaterThanOrEqual(7 + shortRun.randomKills)
}, 240_000)
