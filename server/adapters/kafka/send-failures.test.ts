import { describe, expect, it } from 'vitest'
import { protocolError } from './errors.ts'
import { FencedError, gravestOf } from './send-failures.ts'

const refused = protocolError(10, 'orders 0')
const unanswered = new Error('Request timed out')
const tooFewReplicas = protocolError(19, 'orders 1')
const staleEpoch = protocolError(47, 'orders 2')

describe('of what went wrong side by side', () => {
  it('what leaves a write unknown counts before what was refused: its copies are to be looked for', () => {
    expect(gravestOf([refused, unanswered])).toBe(unanswered)
    expect(gravestOf([refused, tooFewReplicas])).toBe(tooFewReplicas)
    expect(gravestOf([refused])).toBe(refused)
  })

  it('that another has taken over counts before all else', () => {
    expect(gravestOf([refused, unanswered, staleEpoch])).toBe(staleEpoch)
    const fenced = new FencedError('taken over')
    expect(gravestOf([unanswered, fenced])).toBe(fenced)
  })
})
