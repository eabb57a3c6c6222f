import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { batchAttributes, batchLayout } from '../../server/adapters/kafka/batch-layout.ts'

export type TransactionsInLog = {
  /** Transactions of which a partition holds records and the marker of their abort. */
  readonly aborted: number
  readonly abortedRecords: number
  readonly committed: number
  /** Ids that the broker gave to the producers of these transactions. */
  readonly producerIds: ReadonlySet<bigint>
}

const { atLength, atAttributes, atProducerId, atCount, headBytes } = batchLayout
const atEpoch = atProducerId + 8
const lengthBefore = 12

/** The type of a control record: its batch holds one, whose key is a version and the type (KIP-98): 0 abort, 1 commit. */
const isAbort = (batch: Buffer): boolean => {
  // Length, attributes, time and offset deltas of the record, then the length of its key: one byte each.
  const atKey = headBytes + 5
  return batch.readInt16BE(atKey + 2) === 0
}

/**
 * What the files of a broker hold of transactions on a topic, read without any client: for whoever checks what clients
 * say. Counts a transaction once, however many partitions it wrote to.
 */
export const readTransactionsInLog = (logDir: string, topic: string): TransactionsInLog => {
  const aborted = new Set<string>()
  const committed = new Set<string>()
  const producerIds = new Set<bigint>()
  let abortedRecords = 0
  const partitions = readdirSync(logDir).filter(
    (name) => name.startsWith(`${topic}-`) && /^\d+$/.test(name.slice(topic.length + 1)),
  )
  for (const partition of partitions) {
    const open = new Map<bigint, number>()
    const segments = readdirSync(join(logDir, partition))
      .filter((name) => name.endsWith('.log'))
      .sort()
    const bytes = Buffer.concat(segments.map((name) => readFileSync(join(logDir, partition, name))))
    for (let at = 0; at + headBytes <= bytes.length; ) {
      const end = at + lengthBefore + bytes.readInt32BE(at + atLength)
      // Segments are made larger beforehand and filled with zeros, and the last batch may still be written.
      if (end <= at + headBytes || end > bytes.length) break
      const batch = bytes.subarray(at, end)
      at = end
      const attributes = batch.readInt16BE(atAttributes)
      if ((attributes & batchAttributes.transactional) === 0) continue
      const producer = batch.readBigInt64BE(atProducerId)
      if ((attributes & batchAttributes.control) === 0) {
        open.set(producer, (open.get(producer) ?? 0) + batch.readInt32BE(atCount))
        producerIds.add(producer)
        continue
      }
      const records = open.get(producer) ?? 0
      open.delete(producer)
      if (records === 0) continue
      const name = `${producer} ${batch.readInt16BE(atEpoch)}`
      if (isAbort(batch)) {
        aborted.add(name)
        abortedRecords += records
      } else committed.add(`${name} ${batch.readBigInt64BE(0)}`)
    }
  }
  return { aborted: aborted.size, abortedRecords, committed: committed.size, producerIds }
}
