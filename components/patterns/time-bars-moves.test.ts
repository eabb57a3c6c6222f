import { expect, it } from 'vitest'
import { moveInBars, orderBars } from './time-bars-moves.ts'

it('arrows move one bar and stay within; Shift chooses from where one stood', () => {
  expect(moveInBars(null, 'ArrowLeft', false, 10)).toEqual({ anchor: 8, head: 8 })
  expect(moveInBars({ anchor: 0, head: 0 }, 'ArrowLeft', false, 10)).toEqual({ anchor: 0, head: 0 })
  const extended = moveInBars({ anchor: 5, head: 4 }, 'ArrowLeft', true, 10)
  expect(extended).toEqual({ anchor: 5, head: 3 })
  expect(extended && orderBars(extended)).toEqual({ from: 3, to: 5 })
  expect(moveInBars({ anchor: 5, head: 5 }, 'End', true, 10)).toEqual({ anchor: 5, head: 9 })
})

it('other keys are no moves, and among no bars there is none', () => {
  expect(moveInBars(null, 'x', false, 10)).toBeNull()
  expect(moveInBars(null, 'ArrowLeft', false, 0)).toBeNull()
})
