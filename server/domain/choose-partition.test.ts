import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { choosePartition, sayPartitions, type TargetPartitioning } from './choose-partition.ts'
import { hashKey, partitionBy } from './partitioners.ts'

const target: TargetPartitioning = {
  topic: 'orders' as TopicName,
  partitions: 12,
  sampled: 400,
  fit: { name: 'CRC32', hits: 400 },
  formerPartitions: null,
}
const hashes = hashKey(Buffer.from('order-17'))
const byKey = partitionBy('CRC32', hashes, 12)

describe('the partition of a copy', () => {
  it('is that of the message at home, whatever the key says, while nothing shows that there were fewer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 11 }), fc.uint8Array(), (ownPartition, key) => {
        const message = { hashes: hashKey(key), ownPartition }
        expect(choosePartition(message, target)).toEqual({ partition: ownPartition, rule: 'own' })
        expect(choosePartition(message, { ...target, fit: null })).toMatchObject({ rule: 'own' })
      }),
    )
  })
  it('is that of the key in a topic that has got more, for those that had been put there by key', () => {
    const grown = { ...target, formerPartitions: 5 }
    const own = partitionBy('CRC32', hashes, 5)
    expect(byKey).not.toBe(own)
    expect(choosePartition({ hashes, ownPartition: own }, grown)).toEqual({
      partition: byKey,
      rule: 'by-key',
    })
    const other = [0, 1, 2, 3, 4].find((one) => one !== own && one !== byKey) ?? null
    expect(choosePartition({ hashes, ownPartition: other }, grown).rule).toBe('own')
  })
  it('is that of the key elsewhere, proven or not', () => {
    expect(choosePartition({ hashes, ownPartition: null }, target)).toEqual({
      partition: byKey,
      rule: 'by-key',
    })
    expect(choosePartition({ hashes, ownPartition: null }, { ...target, fit: null })).toEqual({
      partition: partitionBy('murmur2', hashes, 12),
      rule: 'by-key-unproven',
    })
  })
  it('is left to the client without a key and without a place of its own', () => {
    expect(choosePartition({ hashes: null, ownPartition: null }, target)).toEqual({
      partition: null,
      rule: 'spread',
    })
    expect(choosePartition({ hashes: null, ownPartition: 3 }, target).partition).toBe(3)
    expect(choosePartition({ hashes: null, ownPartition: 12 }, target).rule).toBe('spread')
  })
  it('is one of the target', () => {
    fc.assert(
      fc.property(
        fc.option(fc.uint8Array()),
        fc.option(fc.nat(30)),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(null, target.fit),
        fc.option(fc.integer({ min: 1, max: 12 })),
        (key, ownPartition, partitions, fit, formerPartitions) => {
          const { partition } = choosePartition(
            { hashes: key && hashKey(key), ownPartition },
            { ...target, partitions, fit, formerPartitions },
          )
          if (partition !== null) expect(partition).toBeLessThan(partitions)
        },
      ),
    )
  })
})

describe('what a plan says of partitions', () => {
  it('names the partitioner and how well it fits', () => {
    expect(sayPartitions(target, ['own', 'own'])).toBe("the message's own (12 partitions, unchanged)")
    expect(sayPartitions(target, ['by-key'])).toBe(
      'by key, CRC32 (librdkafka: confluent-kafka for Python, Go, .NET and JavaScript): 400 of 400 sampled keys fit',
    )
    expect(sayPartitions({ ...target, fit: null }, ['by-key-unproven'])).toBe(
      'by key as the Java client does (murmur2), unproven: no known partitioner explains where 400 sampled keys stand',
    )
    expect(sayPartitions({ ...target, sampled: 0, fit: null }, ['by-key-unproven', 'spread'])).toBe(
      '1 by key as the Java client does (murmur2), unproven: it holds no keyed messages to tell by; 1 without a key: the partitions in turns',
    )
    expect(sayPartitions({ ...target, formerPartitions: 5 }, ['by-key', 'own'])).toContain(
      'the topic had 5 partitions and has 12 now',
    )
    expect(sayPartitions(target, [])).toBe('')
  })
})
