import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SearchFrame } from '#server/contracts/message-stream.ts'
import { type MessageRow, messageRow, type ScanReport } from '#server/contracts/messages.ts'
import { scannedRange } from '#server/contracts/scanned-ranges.ts'
import {
  beginPage,
  idleSearch,
  isProvisional,
  nextBegin,
  reportOf,
  type SearchState,
  takeFrame,
} from './search-state.ts'

const side = {
  kind: 'text',
  text: 'x',
  isJson: false,
  sizeBytes: 1,
  truncated: false,
  schema: null,
  problem: null,
  raw: null,
} as const
const rowAt = (timestampMs: number, offset: number, partition = 0, topic = 'orders'): MessageRow =>
  messageRow.parse({
    topic,
    partition,
    offset: String(offset),
    position: `${partition}@${offset}`,
    timestampMs,
    timestampType: 'create',
    key: side,
    value: side,
    headerCount: 0,
    sizeBytes: 2,
    isTombstone: false,
    traceId: null,
  })
const scan = (stop: ScanReport['stop'], messages = '10'): ScanReport => ({
  partitions: 3,
  messages,
  bytes: '1000',
  durationMs: 5,
  stop,
  backToMs: null,
  budget: { messages: 100, bytes: 1_000, durationMs: 1_000 },
  errors: [],
  matches: '2',
})
const done = (
  stop: ScanReport['stop'],
  nextCursor: string | null,
  settledMs: number | null = null,
): SearchFrame => ({
  type: 'done',
  scan: scan(stop),
  settledMs,
  nextCursor,
  registryProblem: null,
})
const feed = (state: SearchState, ...frames: readonly SearchFrame[]): SearchState =>
  frames.reduce((before, frame) => takeFrame(before, frame, 1), state)
const begun = (limit = 3): SearchState => beginPage(idleSearch('newest', limit))
const times = ({ rows }: SearchState) => rows.map(({ timestampMs }) => timestampMs)

describe('a search that is read as a stream', () => {
  it('keeps rows in order however they come, and the newest of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 40 }), (given) => {
        const unique = [...new Set(given)]
        const state = feed(
          begun(5),
          ...unique.map((time, offset): SearchFrame => ({ type: 'rows', rows: [rowAt(time, offset)] })),
        )
        expect(times(state)).toEqual([...unique].sort((a, b) => b - a).slice(0, 5))
      }),
    )
  })
  it('keeps as many as were asked for, and none twice when it goes on', () => {
    const rows = [rowAt(9, 1), rowAt(5, 4), rowAt(5, 3), rowAt(5, 2)]
    const state = feed(begun(2), { type: 'rows', rows }, done('enough', 'next'))
    expect(state.rows.map(({ offset }) => offset)).toEqual(['1', '4'])
    const more = feed(beginPage(state), { type: 'rows', rows: rows.slice(1) }, done('end', null))
    expect(more.rows.map(({ offset }) => offset)).toEqual(['1', '4', '3'])
  })
  it('marks what may still be overtaken, also when the budget has ended it', () => {
    const running = feed(begun(), { type: 'rows', rows: [rowAt(9, 1), rowAt(5, 2)] })
    expect(running.rows.map((row) => isProvisional(running, row))).toEqual([true, true])
    const ended = feed(running, done('budget', 'next', 7))
    expect(ended.rows.map((row) => isProvisional(ended, row))).toEqual([false, true])
    const all = feed(beginPage(ended), done('end', null))
    expect(all.rows.map((row) => isProvisional(all, row))).toEqual([false, false])
  })
  it('tells what no page could judge', () => {
    const told = (note: string): SearchFrame => ({
      type: 'done',
      scan: { ...scan('budget'), notes: [note] },
      settledMs: null,
      nextCursor: 'c',
      registryProblem: null,
    })
    const first = feed(begun(), told('1 message was not judged.'))
    const both = feed(beginPage(first), told('2 messages were not judged.'))
    expect(reportOf(both)?.notes).toEqual(['1 message was not judged.', '2 messages were not judged.'])
  })
  it('joins the offsets that its pages have looked at', () => {
    const told = (
      stop: ScanReport['stop'],
      from: string,
      to: string,
      cursor: string | null,
    ): SearchFrame => ({
      type: 'done',
      scan: {
        ...scan(stop),
        ranges: [scannedRange.parse({ topic: 'orders', partition: 1, from, to, messages: '5' })],
      },
      settledMs: null,
      nextCursor: cursor,
      registryProblem: null,
    })
    const first = feed(begun(), told('budget', '50', '90', 'c'))
    const both = feed(beginPage(first), told('end', '10', '50', null))
    expect(reportOf(both)?.ranges).toEqual([
      { topic: 'orders', partition: 1, from: '10', to: '90', messages: '10' },
    ])
  })
  it('what an earlier page has settled stays so while the next one runs', () => {
    const rows = (...times: number[]): SearchFrame => ({
      type: 'rows',
      rows: times.map((time) => rowAt(time, time)),
    })
    const enough = beginPage(feed(begun(), rows(9, 8), done('enough', 'c')))
    expect(enough.rows.map((row) => isProvisional(enough, row))).toEqual([false, false])
    const spent = beginPage(feed(begun(), rows(9, 5), done('budget', 'c', 7)))
    const running = feed(spent, rows(4))
    expect(running.rows.map((row) => isProvisional(running, row))).toEqual([false, true, true])
    const further = feed(running, done('budget', 'd', 4))
    expect(further.rows.map((row) => isProvisional(further, row))).toEqual([false, false, true])
  })
  it('goes on where it ended and sums up what was read; a page that was cancelled is read again', () => {
    const first = feed(begun(), { type: 'rows', rows: [rowAt(9, 1)] }, done('budget', 'second'))
    const second = beginPage(first)
    expect(nextBegin(first)).toBe('second')
    expect(reportOf(second)).toMatchObject({ messages: '10' })
    expect(reportOf(second)).not.toHaveProperty('stop')
    const cancelled: SearchState = {
      ...feed(second, { type: 'rows', rows: [rowAt(4, 2)] }),
      status: 'cancelled',
    }
    expect(times(cancelled)).toEqual([9, 4])
    expect(nextBegin(cancelled)).toBe('second')
    const again = feed(beginPage(cancelled), { type: 'rows', rows: [rowAt(4, 2)] }, done('end', null))
    expect(times(again)).toEqual([9, 4])
    expect(reportOf(again)).toMatchObject({ messages: '20', bytes: '2000', matches: '4', stop: 'end' })
  })
})
