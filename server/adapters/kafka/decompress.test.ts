import { compressionsAlgorithms } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import { decompress } from './decompress.ts'

const { gzip, snappy, lz4, zstd } = compressionsAlgorithms
const codecs = { gzip, snappy, lz4, zstd }
const mostBytes = 1024 * 1024

describe.each(Object.entries(codecs))('records compressed with %s', (_, { compressSync, bitmask }) => {
  it('come back up to the limit', () => {
    const records = Buffer.alloc(mostBytes - 64 * 1024, 'abcdefgh')
    expect(decompress(compressSync(records), bitmask, mostBytes).equals(records)).toBe(true)
  })

  it('are refused beyond it', () => {
    const records = compressSync(Buffer.alloc(20 * mostBytes))
    expect(records.length).toBeLessThan(mostBytes)
    expect(() => decompress(records, bitmask, mostBytes)).toThrow(
      'a batch of records weighs more than 1 MB once decompressed, and is not read',
    )
  })
})

describe('records compressed with snappy by Java', () => {
  it('are refused by the sum of their blocks', () => {
    const block = snappy.compressSync(Buffer.alloc(mostBytes / 2))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    const head = Buffer.from('82534e4150505900' + '0000000100000001', 'hex')
    const stream = (blocks: number) =>
      Buffer.concat([head, ...Array.from({ length: blocks }, () => [length, block]).flat()])
    expect(decompress(stream(2), 2, mostBytes)).toHaveLength(mostBytes)
    expect(() => decompress(stream(3), 2, mostBytes)).toThrow('more than 1 MB')
  })
})

describe('an algorithm that is not known', () => {
  it('is named', () => {
    expect(() => decompress(Buffer.alloc(8), 7)).toThrow('compression 7 is not known')
  })
})
