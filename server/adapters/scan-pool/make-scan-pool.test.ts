import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { Scanner, ScanTask } from '#server/ports/scanner.ts'
import { makeScanPool } from './make-scan-pool.ts'

const config = connectionConfig.parse({ id: 'local', name: 'Local', brokers: '127.0.0.1:9' })
const taskOf = (search = ''): ScanTask => ({
  connection: config.id,
  topics: [{ topic: 'orders' as TopicName }],
  search,
  nowMs: 0,
  order: 'newest',
  isolation: 'committed',
  limit: 50,
  budget: { messages: 1, bytes: 1, milliseconds: 1 },
  choices: new Map(),
})
let pool: Scanner
const open = (): Scanner => {
  pool = makeScanPool([config], {
    threads: 1,
    entry: join(import.meta.dirname, 'scan-thread-fixture.ts'),
  })
  return pool
}
afterEach(() => pool.dispose())
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Steps told, and scans that run in the thread. */
const figures = (step: Awaited<ReturnType<ReturnType<Scanner['scan']>['next']>>): [bigint, bigint] => {
  if (step.done) throw new Error('the scan has ended')
  return [step.value.scannedMessages, step.value.matches]
}

describe('scans in threads', () => {
  it('go on only as far as they are read', async () => {
    const scan = open().scan(taskOf(), { signal: new AbortController().signal })
    expect(figures(await scan.next())[0]).toBe(1n)
    await rest(200)
    // Two steps may be ahead, told before the rest; a scan that ran on would have told thousands.
    for (const expected of [2n, 3n, 4n]) expect(figures(await scan.next())[0]).toBe(expected)
    await scan.return({ ok: false, error: { kind: 'timeout', detail: '', source: 'test' } })
  })
  it('end with their signal, also while nobody reads them, and the thread is free again', async () => {
    const { scan } = open()
    const leaving = new AbortController()
    const first = scan(taskOf(), { signal: leaving.signal })
    await first.next()
    leaving.abort()
    let step = await first.next()
    while (!step.done) step = await first.next()
    expect(step.value).toMatchObject({ ok: true, value: { stop: 'cancelled' } })
    const second = scan(taskOf(), { signal: new AbortController().signal })
    expect(figures(await second.next())[1]).toBe(1n)
  })
  it('end when who reads them goes without a word', async () => {
    const { scan } = open()
    const first = scan(taskOf(), { signal: new AbortController().signal })
    await first.next()
    await first.return({ ok: false, error: { kind: 'timeout', detail: '', source: 'test' } })
    await rest(100)
    const second = scan(taskOf(), { signal: new AbortController().signal })
    expect(figures(await second.next())[1]).toBe(1n)
  })
  it('are refused when too many wait, and run side by side before', async () => {
    const { scan } = open()
    const signal = new AbortController().signal
    const held = Array.from({ length: 36 }, () => scan(taskOf(), { signal }))
    const begun = held.map((one) => one.next())
    const running = await Promise.all(begun.slice(0, 4))
    expect(Math.max(...running.map((step) => Number(figures(step)[1])))).toBe(4)
    const refused = await scan(taskOf(), { signal }).next()
    expect(refused).toMatchObject({ done: true, value: { ok: false, error: { kind: 'overloaded' } } })
  })
  it('end at once when they are given up before a thread took them, and leave the others running', async () => {
    const { scan } = open()
    const running = Array.from({ length: 4 }, () => scan(taskOf(), { signal: new AbortController().signal }))
    await Promise.all(running.map((one) => one.next()))
    const leaving = new AbortController()
    const queued = scan(taskOf(), { signal: leaving.signal }).next()
    const behind = scan(taskOf(), { signal: new AbortController().signal }).next()
    await rest(100)
    leaving.abort()
    expect(await Promise.race([queued, rest(1_000)])).toMatchObject({
      done: true,
      value: { ok: false, error: { detail: 'The search was given up.' } },
    })
    // Longer than a thread may be deaf.
    await rest(5_500)
    for (const one of running) expect(figures(await one.next())[0]).toBeGreaterThan(1n)
    await running[0]?.return({ ok: false, error: { kind: 'timeout', detail: '', source: 'test' } })
    expect(figures(await behind)[1]).toBe(4n)
  }, 15_000)
  it('give their place back when they are left before anybody read on, also live tails', async () => {
    const { tail } = open()
    const follow = (signal: AbortSignal) => {
      const { search, connection, isolation, limit, choices } = taskOf()
      const topics = ['orders' as TopicName]
      return tail({ connection, topics, search, nowMs: 0, isolation, limit, choices }, { signal })
    }
    const leaving = new AbortController()
    const left = Array.from({ length: 50 }, () => follow(leaving.signal))
    for (const step of await Promise.all(left.map((one) => one.next()))) expect(step.done).toBe(false)
    const staying = new AbortController()
    expect(await follow(staying.signal).next()).toMatchObject({
      value: { ok: false, error: { detail: '50 live tails run already.' } },
    })
    leaving.abort()
    await vi.waitFor(async () => expect(await follow(staying.signal).next()).toMatchObject({ done: false }))
    staying.abort()
  })
  it('say so when their thread fails, instead of staying silent', async () => {
    const failed = await open().scan(taskOf('break'), { signal: new AbortController().signal }).next()
    expect(failed).toMatchObject({
      done: true,
      value: { ok: false, error: { kind: 'overloaded', detail: expect.stringContaining('out of order') } },
    })
  })
})
