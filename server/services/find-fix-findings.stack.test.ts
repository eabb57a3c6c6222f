import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { lettersOf, planOf } from './replay-fixture.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench?.dispose())

const hourMs = 3_600_000
const codes = ['still-dying', 'fix-unproven', 'fix-unmarked']

it('a plan judges the fix as the page of the failure group does: by deaths since its mark', async () => {
  const origin = await bench.makeTopic(`fix-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const startMs = Date.now() - 10 * hourMs
  let offset = 100_000n
  const die = (count: number, fromMs: number) =>
    bench.send(
      Array.from({ length: count }, (_, at) =>
        outgoing(letters, {
          headers: springHeaders({
            topic: origin,
            offset: offset++,
            errorClass: `com.shop.Fix${bench.suffix}`,
          }),
          timestampMs: BigInt(fromMs + at * 60_000),
        }),
      ),
    )
  const plan = async () => {
    const letterIds = (await lettersOf(bench, letters)).map(({ id }) => id)
    const { findings } = await planOf(bench, letters, { letterIds })
    return findings.filter(({ code }) => codes.includes(code))
  }
  const mark = async (text: string, atMs: number) => {
    const [letter] = await lettersOf(bench, letters)
    const input = { id: letter?.failureGroupId ?? '', state: 'fix-out', fix: { text, atMs } } as const
    await good(setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call()))
  }
  await die(60, startMs)
  // They died hours ago: nobody can tell whether a fix is the reason.
  expect(await plan()).toMatchObject([{ code: 'fix-unmarked', severity: 'warning', count: 60 }])
  await mark('payments 1.0.2', startMs + 2 * hourMs)
  expect(await plan()).toEqual([])
  await die(2, startMs + 3 * hourMs)
  const [dying, ...others] = await plan()
  expect(others).toEqual([])
  expect(dying).toMatchObject({ code: 'still-dying', count: 62 })
  expect(dying?.sentence).toMatch(
    /the cause is probably not fixed \(2 deaths since payments 1\.0\.2, the last .+ ago\)$/,
  )
  await mark('payments 1.0.3', Date.now() - 1_000)
  const [unproven] = await plan()
  expect(unproven).toMatchObject({ code: 'fix-unproven', count: 62 })
  expect(unproven?.sentence).toContain('(Too early to say: ')
})
