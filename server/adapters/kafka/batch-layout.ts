/** Record batch v2 (Kafka protocol guide, "Record Batch"): offsets of its fields from the batch's first byte. */
export const batchLayout = {
  atLength: 8,
  atMagic: 16,
  atCrc: 17,
  atAttributes: 21,
  atLastOffsetDelta: 23,
  atBaseTimestamp: 27,
  atMaxTimestamp: 35,
  atProducerId: 43,
  atCount: 57,
  headBytes: 61,
} as const

/** Bits of a batch's attributes. */
export const batchAttributes = {
  compressionMask: 0b111,
  logAppendTime: 0b1000,
  transactional: 0b10000,
  control: 0b100000,
  /** The base timestamp is the time until which tombstones are kept, not that of a record (KIP-534). */
  deleteHorizon: 0b1000000,
} as const
