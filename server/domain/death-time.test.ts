import { expect, it } from 'vitest'
import { arrivalOf, deathTimeOf } from './death-time.ts'

const nowMs = 1_795_000_000_000
const at = (timestampMs: number, timestampType: 'create' | 'log-append' = 'create') => ({
  timestampMs: BigInt(timestampMs),
  timestampType,
})
const hourAgo = nowMs - 3_600_000

const spring = { timestampOf: 'death', death: {} } as const
const connect = { timestampOf: 'origin', death: {} } as const

it.each([
  ['a framework that leaves it to the producer', spring, 'record'],
  ['a framework that copies it', connect, 'origin'],
  ['nobody who is known', null, 'unknown'],
] as const)('takes the timestamp of a letter of %s for what it is', (_, told, deathTimeSource) => {
  expect(deathTimeOf(told, at(hourAgo), nowMs)).toEqual({ diedAtMs: hourAgo, deathTimeSource })
})

it('believes a header that says when the framework gave up, unless it is absurd', () => {
  const at7 = (value: string) => ({ ...connect, death: { diedAt: { value } } })
  expect(deathTimeOf(at7(String(hourAgo + 7)), at(hourAgo), nowMs)).toEqual({
    diedAtMs: hourAgo + 7,
    deathTimeSource: 'header',
  })
  expect(deathTimeOf(at7('99999999999999'), at(hourAgo), nowMs).deathTimeSource).toBe('origin')
})

it('believes a broker that stamps on arrival, whatever the convention', () => {
  expect(deathTimeOf(connect, at(hourAgo, 'log-append'), nowMs).deathTimeSource).toBe('record')
})

it.each([-1, 0, nowMs + 2 * 86_400_000])(
  'takes the time of indexing instead of the timestamp %d',
  (absurd) => {
    const time = deathTimeOf(spring, at(absurd), nowMs)
    expect(time).toEqual({ diedAtMs: nowMs, deathTimeSource: 'indexed' })
  },
)

it('counts a letter by its arrival only where its time may be that of its origin, and it was seen coming', () => {
  const of = (
    deathTimeSource: 'header' | 'record' | 'origin' | 'indexed' | 'unknown',
    wasSeenComing = true,
  ) => arrivalOf({ diedAtMs: hourAgo, deathTimeSource }, wasSeenComing, nowMs)
  expect([of('origin'), of('unknown')]).toEqual([nowMs, nowMs])
  expect([of('header'), of('record'), of('indexed')]).toEqual([null, null, null])
  expect([of('origin', false), of('unknown', false)]).toEqual([null, null])
})
