import { describe, expect, it } from 'vitest'
import { subjectsOf } from './audit-subjects.ts'

describe('what an entry of the audit is about', () => {
  it('is what it says', () => {
    const about = ['replay:7d3c', 'message:orders/3@88213', 'constellation:orion', 'nonsense']
    expect(subjectsOf({ action: 'start replay', target: 'x', about })).toEqual([
      { kind: 'replay', id: '7d3c' },
      { kind: 'message', id: 'orders/3@88213' },
    ])
  })

  it('follows from action and target where it says nothing', () => {
    const of = (action: string, target: string) => subjectsOf({ action, target, about: [] })
    expect(of('stop replay', '7d3c')).toEqual([{ kind: 'replay', id: '7d3c' }])
    expect(of('message produced', 'orders 3@88213')).toEqual([{ kind: 'message', id: 'orders/3@88213' }])
    expect(of('message produced', 'orders')).toEqual([])
    expect(of('delete schema', 'orders-value version 3')).toEqual([{ kind: 'subject', id: 'orders-value' }])
    expect(of('set mark', 'mark 9')).toEqual([])
    expect(of('toString', 'x')).toEqual([])
  })
})
