import { expect, it } from 'vitest'
import { scannedRange } from '#server/contracts/scanned-ranges.ts'
import { offsetWords, rangeWords } from './offset-words.ts'

const range = (partition: number, from: string, to: string, topic = 'orders') =>
  scannedRange.parse({ topic, partition, from, to, messages: '2' })

it('says the offsets of one range, both of them read', () => {
  expect(offsetWords([range(3, '9007199254740993', '9007199254741000')])).toBe(
    'offsets 9,007,199,254,740,993 to 9,007,199,254,740,999 of partition 3',
  )
})

it('sums up many, two parts of a partition as one partition', () => {
  const ranges = [range(0, '0', '5'), range(0, '8', '9'), range(1, '0', '1000')]
  expect(offsetWords(ranges)).toBe('offsets')
  expect(rangeWords(ranges)).toBe('6 messages at 1,006 offsets of 2 partitions of orders')
  expect(rangeWords([...ranges, range(0, '0', '1', 'payments')])).toBe(
    '8 messages at 1,007 offsets of 3 partitions of 2 topics',
  )
})
