import { describe, expect, it } from 'vitest'
import { chooseReaderGroup } from './choose-reader-group.ts'

const letter = { group: 'payments', originTopic: 'orders' }
const reading = (topic: string, ...groups: string[]) => groups.map((group) => ({ group, topic }))

describe('the outcome of a copy is proven by', () => {
  it('the group that gave the letter up, where it reads the target', () => {
    expect(chooseReaderGroup(letter, 'orders', reading('orders', 'fraud', 'payments'))).toBe('payments')
    expect(chooseReaderGroup(letter, 'archive', reading('archive', 'fraud', 'payments'))).toBe('payments')
  })
  it('that group on the topic where the message died, though it does not read now', () => {
    expect(chooseReaderGroup(letter, 'orders', [])).toBe('payments')
    expect(chooseReaderGroup(letter, 'orders', reading('orders', 'fraud'))).toBe('payments')
  })
  it('the container of the retry topic that the copy goes into', () => {
    const readers = [
      ...reading('orders', 'payments'),
      ...reading('orders-retry-0', 'payments-retry-0'),
      ...reading('orders-retry-1', 'payments-retry-1'),
    ]
    expect(chooseReaderGroup(letter, 'orders-retry-0', readers)).toBe('payments-retry-0')
    expect(chooseReaderGroup({ ...letter, group: 'payments-retry-1' }, 'orders-retry-0', readers)).toBe(
      'payments-retry-0',
    )
    expect(chooseReaderGroup({ ...letter, group: 'payments-retry-1' }, 'orders', readers)).toBe('payments')
  })
  it('the group that SmallRye reads the retry topics of a group with', () => {
    const retrying = 'kafka-delayed-retry-topic-payments'
    const readers = [
      ...reading('orders', 'payments'),
      ...reading('orders_retry_10000', retrying, 'kafka-delayed-retry-topic-fraud'),
    ]
    expect(chooseReaderGroup(letter, 'orders_retry_10000', readers)).toBe(retrying)
    expect(chooseReaderGroup({ ...letter, group: retrying }, 'orders', readers)).toBe('payments')
  })
  it('all that read the target, where neither the group nor a container of it does', () => {
    expect(chooseReaderGroup(letter, 'archive', reading('archive', 'fraud'))).toBeNull()
    expect(chooseReaderGroup(letter, 'archive', reading('archive', 'payments-retrying'))).toBeNull()
    expect(chooseReaderGroup(letter, 'orders-retry-0', [])).toBeNull()
    expect(chooseReaderGroup({ ...letter, group: null }, 'orders', reading('orders', 'fraud'))).toBeNull()
  })
})
