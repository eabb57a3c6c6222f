import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka'

/** The records of one batch may weigh so much; a batch of a few hundred kilobytes can hold a thousand times that. */
const mostBatchBytes = 256 * 1024 * 1024

const algorithms = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const

/**
 * Decompresses the records of a batch by the number of its algorithm (the lowest bits of its attributes). Throws for one
 * that is not known, and, before it holds them, for records that weigh more than `mostBytes`.
 */
export const decompress = (records: Buffer, algorithm: number, mostBytes = mostBatchBytes): Buffer => {
  if (algorithm === algorithms.none) return records
  const known = compressionsAlgorithmsByBitmask[algorithm]
  if (!known) throw new Error(`compression ${algorithm} is not known`)
  if (algorithm === algorithms.gzip) return within(mostBytes, gunzipSync, records)
  if (algorithm === algorithms.zstd) return within(mostBytes, zstdDecompressSync, records)
  const declared = algorithm === algorithms.snappy ? snappySize(records) : mostLz4Size(records)
  if (declared > mostBytes) throw tooLarge(mostBytes)
  return known.decompressSync(records)
}

const tooLarge = (mostBytes: number): Error =>
  new Error(
    `a batch of records weighs more than ${Math.floor(mostBytes / 1024 / 1024)} MB once decompressed, and is not read`,
  )

const within = (
  mostBytes: number,
  inflate: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer,
  records: Buffer,
): Buffer => {
  try {
    return inflate(records, { maxOutputLength: mostBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(mostBytes)
    throw error
  }
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const xerialHeadBytes = 16

/** What snappy bytes declare: each block begins with its size (a varint); Java's writer puts several into one stream. */
const snappySize = (bytes: Buffer): number => {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return blockSize(bytes, 0)
  let size = 0
  for (let at = xerialHeadBytes; at + 4 <= bytes.length; at += 4 + bytes.readUInt32BE(at))
    size += blockSize(bytes, at + 4)
  return size
}

const blockSize = (bytes: Buffer, from: number): number => {
  let size = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[from + index] ?? 0
    size += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) break
  }
  return size
}

const lz4 = { contentSize: 0x08, dictionary: 0x01, blockChecksum: 0x10, uncompressed: 0x80000000 }
/** A block of LZ4 grows no more than this. */
const mostLz4Growth = 255

/** At most what an LZ4 frame holds: by its own count where it has one, else by the sizes of its blocks. */
const mostLz4Size = (bytes: Buffer): number => {
  const [flags, sizes] = [bytes[4], bytes[5]]
  if (flags === undefined || sizes === undefined) return 0
  const hasSize = (flags & lz4.contentSize) !== 0
  const blockMost = 2 ** (8 + 2 * ((sizes >> 4) & 7))
  let at = 7 + (hasSize ? 8 : 0) + ((flags & lz4.dictionary) === 0 ? 0 : 4)
  let size = 0
  while (at + 4 <= bytes.length) {
    const word = bytes.readUInt32LE(at)
    if (word === 0) break
    const length = word & 0x7fffffff
    size += word >= lz4.uncompressed ? length : Math.min(blockMost, length * mostLz4Growth)
    at += 4 + length + ((flags & lz4.blockChecksum) === 0 ? 0 : 4)
  }
  return size
}
