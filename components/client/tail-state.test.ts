import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TailFrame } from '#server/contracts/message-stream.ts'
import type { MessageRow } from '#server/contracts/messages.ts'
import {
  beginTail,
  endTailStream,
  loseTail,
  mostTailRows,
  pauseTail,
  resumeTail,
  skippedOf,
  type TailState,
  takeTailFrame,
} from './tail-state.ts'

const row = (offset: number): MessageRow =>
  ({ topic: 'orders', partition: 0, offset: String(offset), position: `0@${offset}` }) as MessageRow
const rows = (from: number, count: number): TailFrame => ({
  type: 'rows',
  rows: Array.from({ length: count }, (_, index) => row(from + index)),
  cursor: `after ${from + count}`,
})
const rate = (dropped: number, skipped = 0): TailFrame => ({
  type: 'rate',
  perSecond: 1,
  matchesPerSecond: 1,
  dropped,
  skipped,
  behindMessages: 0,
})
const take = (state: TailState, ...frames: TailFrame[]): TailState => frames.reduce(takeTailFrame, state)
const offsetsOf = (state: TailState) => state.rows.map(({ offset }) => Number(offset))

describe('a tail on screen', () => {
  it('shows the newest first, and the last 1,000', () => {
    const state = take(beginTail(), rows(0, 3), rows(3, 2))
    expect(offsetsOf(state)).toEqual([4, 3, 2, 1, 0])
    expect(state).toMatchObject({ status: 'following', arrived: 5, cursor: 'after 5' })
    const full = take(state, rows(5, mostTailRows))
    expect(full.rows).toHaveLength(mostTailRows)
    expect(full.rows.at(-1)?.offset).toBe('5')
  })

  it('paused holds the rows still, counts what comes, and keeps the newest of it', () => {
    const before = take(beginTail(), rows(0, 3))
    const paused = take(pauseTail(before, 7), rows(3, 800), rate(40), rows(803, 800))
    expect(paused.rows).toBe(before.rows)
    expect(paused.paused).toMatchObject({ sinceMs: 7, arrived: 1_640 })
    // 40 that the server left out, and 600 of the 1,600 that came.
    expect(paused.leftOut).toBe(640)
    const resumed = resumeTail(paused)
    expect(offsetsOf(resumed).slice(0, 2)).toEqual([1_602, 1_601])
    expect(resumed.rows).toHaveLength(mostTailRows)
    expect(resumed.paused).toBeNull()
  })

  it('goes on counting over streams that follow each other', () => {
    const first = take(beginTail(), rate(10, 3), rate(25, 5))
    const second = take(endTailStream(first), rate(5, 1))
    expect(second.leftOut).toBe(30)
    expect(skippedOf(second)).toBe(6)
  })

  it('shows a row once, though two streams bring it', () => {
    const state = take(endTailStream(take(beginTail(), rows(0, 4))), rows(2, 4))
    expect(offsetsOf(state)).toEqual([5, 4, 3, 2, 1, 0])
  })

  it('says since when the server is gone, and forgets it when it is heard again', () => {
    const lost = loseTail(loseTail(beginTail(), 'gone', 5), 'gone', 9)
    expect(lost).toMatchObject({ status: 'lost', lostSinceMs: 5 })
    expect(take(lost, rate(0))).toMatchObject({ status: 'following', lostSinceMs: null })
  })

  it('accounts for every message that fitted, however it is paused and resumed', () => {
    const step = fc.oneof(
      fc.integer({ min: 1, max: 600 }).map((count) => ({ kind: 'rows' as const, count })),
      fc.integer({ min: 1, max: 50 }).map((count) => ({ kind: 'dropped' as const, count })),
      fc.constantFrom({ kind: 'pause' as const, count: 0 }, { kind: 'resume' as const, count: 0 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [state, next, dropped, fitted] = [beginTail(), 0, 0, 0]
        const seen = new Set<string>()
        for (const { kind, count } of [...steps, { kind: 'resume' as const, count: 0 }]) {
          if (kind === 'pause') state = pauseTail(state, 1)
          else if (kind === 'resume') state = resumeTail(state)
          else if (kind === 'rows') {
            state = take(state, rows(next, count))
            next += count
          } else {
            dropped += count
            state = take(state, rate(dropped))
          }
          fitted += count
          for (const one of state.rows) seen.add(one.position)
        }
        expect(seen.size + state.leftOut).toBe(fitted)
      }),
    )
  })
})
