import { describe, expect, it } from 'vitest'
import { type DeletionFacts, findDeletionFindings, sayUntold } from './deletion-findings.ts'

const facts: DeletionFacts = {
  permanent: false,
  versions: [1, 2],
  living: [1, 2],
  isLatest: false,
  sightings: [],
  referrers: 0,
  untold: null,
  isSampled: true,
}
const said = (change: Partial<DeletionFacts>) =>
  findDeletionFindings({ ...facts, ...change }).map(({ severity, sentence }) => `${severity}: ${sentence}`)

describe('what refers to a deleted schema', () => {
  it('is nothing only when each version was told', () => {
    expect(said({})).toContain('ready: Nothing refers to it.')
    const untold = said({ untold: 'only the newest 100 of 120 versions were asked' })
    expect(untold).not.toContain('ready: Nothing refers to it.')
    expect(untold[0]).toBe(
      'warning: What refers to it is not known: only the newest 100 of 120 versions were asked.',
    )
  })

  it('refuses when something does, and warns of the rest', () => {
    expect(said({ referrers: 2, untold: 'not told' }).slice(0, 2)).toEqual([
      'refused: 2 versions refer to it. Delete or change what refers to it first.',
      'warning: What else refers to it is not known: not told.',
    ])
  })

  it('is untold with its reasons', () => {
    expect(sayUntold(2, [null, null])).toBeNull()
    expect(sayUntold(2, ['not offered', 'not offered'])).toBe('not offered')
    expect(sayUntold(3, [null, 'failed', null])).toBe('1 of 3 versions: failed')
    expect(sayUntold(3, ['failed', null])).toBe(
      'only the newest 2 of 3 versions were asked; 1 of 3 versions: failed',
    )
  })
})
