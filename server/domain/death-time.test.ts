import { expect, it } from 'vitest'
import { deathTimeOf } from './death-time.ts'

const nowMs = 1_795_000_000_000
const at = (timestampMs: number, timestampType: 'create' | 'log-append' = 'create') => ({
  timestampMs: BigInt(timestampMs),
  timestampType,
})
const hourAgo = nowMs - 3_600_000

it.each([
  ['spring-dead-letter', 'record'],
  ['smallrye', 'record'],
  ['kafka-connect', 'origin'],
  ['unrecognised', 'unknown'],
] as const)('takes the timestamp of a letter of %s for that of the %s', (convention, deathTimeSource) => {
  expect(deathTimeOf(convention, at(hourAgo), nowMs)).toEqual({ diedAtMs: hourAgo, deathTimeSource })
})

it('believes a broker that stamps on arrival, whatever the convention', () => {
  expect(deathTimeOf('kafka-connect', at(hourAgo, 'log-append'), nowMs).deathTimeSource).toBe('record')
})

it.each([-1, 0, nowMs + 2 * 86_400_000])(
  'takes the time of indexing instead of the timestamp %d',
  (absurd) => {
    const time = deathTimeOf('spring-dead-letter', at(absurd), nowMs)
    expect(time).toEqual({ diedAtMs: nowMs, deathTimeSource: 'indexed' })
  },
)
