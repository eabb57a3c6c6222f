import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSetting, explainSetting, knownSettings, readSetting, settingChoices } from './topic-settings.ts'

describe('settings of a topic', () => {
  it('say what they do, in a sentence', () => {
    for (const name of knownSettings) expect(explainSetting(name)).toMatch(/^[A-Z].{20,}[.]$/)
    expect(explainSetting('vendor.setting')).toBeNull()
  })
  it.each([
    ['retention.ms', '604800000', '7 d'],
    ['retention.ms', '-1', 'for ever'],
    ['retention.bytes', '-1', 'no limit'],
    ['segment.bytes', '1073741824', '1.07 GB'],
    ['flush.messages', '9223372036854775807', 'left to the operating system'],
    ['max.compaction.lag.ms', '9223372036854775807', 'no limit'],
    ['retention.ms', '500', null],
    ['local.retention.ms', '-2', null],
    ['cleanup.policy', 'compact', null],
    ['min.insync.replicas', '2', null],
    ['vendor.bytes', '1073741824', null],
  ])('%s %s reads as %s', (name, value, said) => {
    expect(readSetting(name, value)).toBe(said)
  })
  it.each([
    ['retention.ms', '-2'],
    ['retention.ms', '1.5'],
    ['retention.ms', '7d'],
    ['retention.ms', ''],
    ['retention.ms', '9223372036854775808'],
    ['cleanup.policy', 'remove'],
    ['cleanup.policy', ''],
    ['min.cleanable.dirty.ratio', '1.1'],
    ['min.cleanable.dirty.ratio', ''],
    ['preallocate', 'yes'],
    ['min.insync.replicas', '0'],
  ])('%s does not take “%s”', (name, value) => {
    expect(checkSetting(name, value)).toMatch(/^It is /)
  })
  it('take every one of their choices', () => {
    for (const name of knownSettings)
      for (const choice of settingChoices(name)) expect(checkSetting(name, choice)).toBeNull()
  })
  it('take whole numbers within their range and nothing else, and never fail', () => {
    fc.assert(
      fc.property(fc.constantFrom(...knownSettings), fc.string(), (name, value) => {
        readSetting(name, value)
        checkSetting(name, value)
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }), (value) => {
        expect(checkSetting('retention.ms', String(value))).toBeNull()
      }),
    )
  })
})
