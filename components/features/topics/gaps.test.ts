import { expect, it } from 'vitest'
import type { MessageRow } from '#server/contracts/messages.ts'
import { gapsOf } from './gaps.ts'

const row = (topic: string, offset: number, timestampMs: number | null): MessageRow =>
  ({ topic, position: `0@${offset}`, timestampMs }) as MessageRow

it('a gap is the time since the row before in time, in either order of the rows', () => {
  const rows = [
    row('payments', 1, 5_000),
    row('orders', 1, 1_000),
    row('orders', 2, 1_250),
    row('shop', 1, null),
  ]
  const gaps = [
    ['orders/0@2', 250],
    ['payments/0@1', 3_750],
  ]
  expect([...gapsOf(rows)]).toEqual(gaps)
  expect([...gapsOf(rows.toReversed())]).toEqual(gaps)
})
