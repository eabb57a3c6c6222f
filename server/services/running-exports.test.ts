import { expect, it } from 'vitest'
import type { ExportReport } from '#server/contracts/export-messages.ts'
import type { ConnectionId } from '#server/contracts/scalars.ts'
import { cancelExport } from './cancel-export.ts'
import { makeRunningExports } from './running-exports.ts'
import { showExport } from './show-export.ts'

const local = { id: 'local' as ConnectionId, name: 'Local' }
const id = '0123456789abcdef'
const report: ExportReport = {
  exported: 2,
  limit: 10,
  complete: true,
  stop: 'end',
  problem: null,
  registryProblem: null,
  partitions: 1,
  messages: '5',
  bytes: '500',
  durationMs: 1,
  backToMs: null,
  budget: { messages: 1, bytes: 1, durationMs: 1 },
  errors: [],
}
const openBook = () => {
  let now = 1_000
  const exports = makeRunningExports({ nowMs: () => now })
  const reading = new AbortController()
  const begin = (own = id) => exports.begin(local.id, own, reading.signal)
  const shown = async (own = id) => {
    const answer = await showExport({ exports }, local, own)
    return answer.ok ? answer.value : answer.error.code
  }
  return { exports, reading, begin, shown, pass: (ms: number) => (now += ms) }
}

it('an export that is written tells its rows, its bytes, what was read and since when', async () => {
  const { begin, shown, pass } = openBook()
  expect(await shown()).toBe('not-found')
  const run = begin()
  run?.haveRead(40n, 4_000n)
  run?.haveWritten(0, 20)
  run?.haveWritten(3, 300)
  pass(250)
  expect(await shown()).toMatchObject({
    state: 'running',
    rows: 3,
    fileBytes: 320,
    messages: '40',
    bytes: '4000',
    durationMs: 250,
    endedAt: null,
  })
})

it('one id is written once at a time', () => {
  const { begin } = openBook()
  const first = begin()
  expect(begin()).toBeNull()
  first?.end(report)
  expect(begin()).not.toBeNull()
})

it.each([
  ['complete', {}],
  ['limited', { complete: false, stop: 'enough' }],
  ['partial', { complete: false, stop: 'enough', notes: ['One could not be judged.'] }],
  ['partial', { complete: false, stop: 'budget' }],
  ['partial', { complete: false, errors: [{ partition: 1, detail: 'no leader' }] }],
  ['cancelled', { complete: false, stop: 'cancelled' }],
  ['failed', { complete: false, stop: 'error', problem: 'The broker is gone.' }],
] as const)('its end is told by its report: %s', async (state, more) => {
  const { begin, shown, reading } = openBook()
  begin()?.end({ ...report, ...more } as ExportReport)
  // Who has the file closes the line.
  reading.abort()
  expect(await shown()).toMatchObject({ state, endedAt: 1_000, messages: '5' })
})

it('a reader who goes has ended it, and what failed while it began is told though the reader went', async () => {
  const { begin, shown, reading } = openBook()
  const run = begin()
  reading.abort()
  expect(await shown()).toMatchObject({ state: 'left', report: null })
  run?.fail('There is no topic named x.')
  expect(await shown()).toMatchObject({ state: 'failed', problem: 'There is no topic named x.' })
})

it('it is cancelled once; one that has ended can not be', async () => {
  const { exports, begin } = openBook()
  const run = begin()
  expect(await cancelExport({ exports }, local, id)).toMatchObject({ ok: true })
  expect(run?.cancelled.aborted).toBe(true)
  run?.end({ ...report, stop: 'cancelled' })
  expect(await cancelExport({ exports }, local, id)).toMatchObject({ error: { code: 'conflict' } })
  expect(await cancelExport({ exports }, local, `${id}x`)).toMatchObject({ error: { code: 'not-found' } })
})

it('what has ended is forgotten after some minutes, what is written is not', async () => {
  const { begin, shown, pass } = openBook()
  const [running, ended, third] = [`${id}1`, `${id}2`, `${id}3`]
  begin(running)
  begin(ended)?.end(report)
  pass(11 * 60_000)
  begin(third)
  expect(await shown(ended)).toBe('not-found')
  expect(await shown(running)).toMatchObject({ state: 'running' })
})
