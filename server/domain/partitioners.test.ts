import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findFormerPartitions,
  hashKey,
  judgePartitioner,
  type KeyPlace,
  type PartitionerName,
  partitionBy,
  partitioners,
} from './partitioners.ts'

const hashOf = (key: string) => hashKey(Buffer.from(key, 'latin1'))
const names = Object.keys(partitioners) as PartitionerName[]

describe('the hashes of a key', () => {
  it.each([
    // UtilsTest.testMurmur2 of the Java client.
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('are murmur2 as the Java client has it: %s', (key, expected) => {
    expect(hashOf(key).murmur2 | 0).toBe(expected)
  })
  it.each([
    // rdmurmur2.c of librdkafka, from Java.
    ['kafka', 0xd067cf64],
    ['giberish123456789', 0x8f552b0c],
    ['1234', 0x9fc97b14],
    ['234', 0xe7c009ca],
    ['34', 0x873930da],
    ['4', 0x5a4b5ca1],
    ['PreAmbleWillBeRemoved,ThePrePartThatIs', 0x78424f1c],
    ['', 0x106e08d9],
  ])('are murmur2 as librdkafka has it: %s', (key, expected) => {
    expect(hashOf(key).murmur2).toBe(expected)
  })
})

const long = 'this is another string with more length to it perhaps'

describe('partitioners choose as the clients do', () => {
  it.each([7, 17])('of 0048-partitioner.c of librdkafka, %i partitions', (count) => {
    const expectAll = (name: PartitionerName, expected: Record<string, number>) => {
      for (const [key, hash] of Object.entries(expected))
        expect(partitionBy(name, hashOf(key), count), `${name} ${key}`).toBe(hash % count)
    }
    expectAll('CRC32', { '': 0, 23456: 0xb1b451d7, [long]: 0xb0150df7, hejsan: 0xd077037e })
    expectAll('murmur2', { '': 0x106e08d9, 23456: 0x058d780f, [long]: 0x4f7703da, hejsan: 0x5ec19395 })
    expectAll('FNV-1a', { '': 0x7ee3623b, 23456: 0x27e6f469, [long]: 0x155e3e5f, hejsan: 0x17b1e27a })
  })
  it.each([
    // rdfnv1a.c: the absolute values that Sarama takes.
    ['kafka', 0xd33c4e1],
    ['giberish123456789', 0x77a58295],
    ['1234', 0x23bdd03],
    ['234', 0x2dea3cd2],
    ['34', 0x740fa83e],
    ['4', 0x310ca263],
    ['', 0x7ee3623b],
  ])('of rdfnv1a.c: %s', (key, hash) => {
    for (const count of [2, 3, 12, 100]) expect(partitionBy('FNV-1a', hashOf(key), count)).toBe(hash % count)
  })
  it.each([
    // balancer_test.go of kafka-go, the last with the highest bit of its hash set.
    ['blah', 2, 0],
    ['blah', 3, 1],
    ['boop', 3, 2],
    ['20', 16, 1],
  ])('of balancer_test.go of kafka-go: %s of %i', (key, count, expected) => {
    expect(partitionBy('FNV-1a', hashOf(key), count)).toBe(expected)
  })
  it.each([
    // test_partitioner.py of kafka-python, of 1,000 partitions.
    ['', 681],
    ['a', 524],
    ['ab', 434],
    ['abc', 107],
    ['123456789', 566],
    ['\u0000 ', 742],
  ])('of test_partitioner.py of kafka-python: %j', (key, expected) => {
    expect(partitionBy('murmur2', hashOf(key), 1_000)).toBe(expected)
  })
  it('and differ in the sign of FNV-1a only where its highest bit is set', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 1, max: 200 }), (key, count) => {
        const hashes = hashKey(key)
        const found = names
          .filter((name) => name.startsWith('FNV'))
          .map((name) => partitionBy(name, hashes, count))
        if (hashes.fnv1a < 0x80000000) expect(new Set(found).size).toBe(1)
      }),
    )
  })
  it('always among the partitions there are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 5_000 }), (key, count) => {
        for (const name of names) {
          const partition = partitionBy(name, hashKey(key), count)
          expect(Number.isInteger(partition) && partition >= 0 && partition < count).toBe(true)
        }
      }),
    )
  })
})

const placesOf = (name: PartitionerName, count: number, keys: number, prefix = 'order-'): KeyPlace[] =>
  Array.from({ length: keys }, (_, index) => {
    const hashes = hashOf(`${prefix}${index}`)
    return { partition: partitionBy(name, hashes, count), hashes }
  })

describe('judging where sampled keys stand', () => {
  it('finds the partitioner that put them there, also beside some that were sent by hand', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.integer({ min: 3, max: 64 }),
        fc.string({ minLength: 1, maxLength: 8 }),
        (name, count, prefix) => {
          const places = placesOf(name, count, 200, prefix)
          const astray = places
            .slice(0, 5)
            .map((place) => ({ ...place, partition: (place.partition + 1) % count }))
          const { fit, sampled } = judgePartitioner([...astray, ...places.slice(5)], count)
          expect(fit).toMatchObject({ hits: 195, formerPartitions: null })
          expect(sampled).toBe(200)
          // Two of FNV's may be the same for a power of two.
          const same = placesOf(fit?.name ?? 'murmur2', count, 200, prefix)
          expect(same.map(({ partition }) => partition)).toEqual(places.map(({ partition }) => partition))
        },
      ),
      { numRuns: 40 },
    )
  })
  it('counts a key once, however often it was sent', () => {
    const [one] = placesOf('CRC32', 12, 1)
    expect(
      judgePartitioner(
        Array.from({ length: 500 }, () => one as KeyPlace),
        12,
      ),
    ).toMatchObject({
      sampled: 1,
      fit: null,
    })
  })
  it('says of keys spread by turns that none fits', () => {
    const spread = placesOf('murmur2', 12, 300).map((place, index) => ({ ...place, partition: index % 12 }))
    expect(judgePartitioner(spread, 12).fit).toBeNull()
  })
  it('says nothing of too few', () => {
    expect(judgePartitioner(placesOf('murmur2', 12, 3), 12).fit).toBeNull()
    expect(judgePartitioner([], 12)).toEqual({ sampled: 0, fit: null, best: expect.anything() })
  })
  it('sees that there were fewer partitions before', () => {
    const places = [...placesOf('CRC32', 6, 120, 'old-'), ...placesOf('CRC32', 10, 60, 'new-')]
    expect(judgePartitioner(places, 10).fit).toMatchObject({ name: 'CRC32', formerPartitions: 6, hits: 180 })
  })
})

describe('how many partitions there were', () => {
  it('follows from keys that stand where they would not be put now', () => {
    const old = placesOf('murmur2', 3, 40, 'old-')
    expect(findFormerPartitions('murmur2', old, 8)).toBe(3)
    expect(findFormerPartitions('murmur2', [...old, ...placesOf('murmur2', 8, 100)], 8)).toBe(3)
  })
  it('is not guessed of a few, nor of what is in place', () => {
    expect(findFormerPartitions('murmur2', placesOf('murmur2', 3, 1, 'x'), 8)).toBeNull()
    expect(findFormerPartitions('murmur2', placesOf('murmur2', 8, 100), 8)).toBeNull()
  })
})
