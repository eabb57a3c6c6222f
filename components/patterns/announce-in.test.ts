import { expect, it } from 'vitest'
import { type Announcement, announceInMs } from './announce-in.ts'

it('figures that change five times a second are said at the start, every 10 s, and at the end', () => {
  let told: Announcement = { phase: '', words: '', at: 0 }
  const said: string[] = []
  for (let nowMs = 1_000; nowMs <= 26_000; nowMs += 200) {
    const phase = nowMs < 25_000 ? 'running' : 'done'
    const words = phase === 'running' ? `read ${nowMs}` : 'all of it'
    if (announceInMs(told, { phase, words }, nowMs) !== 0) continue
    told = { phase, words, at: nowMs }
    said.push(words)
  }
  expect(said).toEqual(['read 1000', 'read 11000', 'read 21000', 'all of it'])
})
