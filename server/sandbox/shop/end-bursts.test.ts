import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { readControl, writeControl } from './control.ts'
import { endBursts } from './end-bursts.ts'
import type { Breakage } from './shop-names.ts'

it('a burst ends by itself after 10 s, also one that was on at the start, and nothing else with it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'spillway-burst-'))
  const file = join(dir, 'shop.json')
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
    rmSync(dir, { recursive: true, force: true })
  })
  const broken: Breakage[] = ['burst', 'lost-trace']
  writeControl({ rate: 3, broken }, file)
  const state = () => readControl(file) ?? { rate: 0, broken: [] }
  endBursts(
    {
      state,
      isBroken: (what) => state().broken.includes(what),
      onChange: () => 0,
      close: () => {},
    },
    file,
  )
  vi.advanceTimersByTime(9_900)
  expect(state().broken).toEqual(broken)
  vi.advanceTimersByTime(200)
  expect(state()).toEqual({ rate: 3, broken: ['lost-trace'] })
})
