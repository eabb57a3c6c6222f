import { createHash, hash } from 'node:crypto'
import { z } from 'zod'
import type { RecordContent } from './record-body.ts'
import { isTopicId } from './topic-identity.ts'

/** A dead-letter partition of a cluster. A topic that was made anew has another id: other letters at the same offsets. */
export type LedgerSource = {
  readonly clusterId: string
  /** Its name where a topic has no id. */
  readonly topicId: string
  readonly partition: number
}
/** Names one attempt to send one letter: no two copies are ever committed under the same key. */
export type LedgerKey = LedgerSource & {
  readonly offset: bigint
  /** From 1 on; sending again on purpose is the next. */
  readonly attempt: number
}

const ledgerValue = z.object({
  /** The replay: its id, and its number for people. */
  job: z.string().max(100),
  number: z.number().int().nullable(),
  item: z.string().max(30),
  target: z.object({
    topic: z.string(),
    partition: z.number().int(),
    /** Null where the broker did not tell. */
    offset: z
      .string()
      .regex(/^\d{1,19}$/)
      .nullable(),
  }),
  by: z.string(),
  /** ISO 8601. */
  at: z.iso.datetime(),
  /** SHA-256 of the copy's record from its key on (`record-body.ts`), base64url. */
  hash: z.string(),
  /** Why it was sent, in the operator's words. */
  reason: z.string(),
  /** The trace that the copy begins, and that of the message that died; left out where it goes on in the old one. */
  traces: z.object({ copy: z.string(), origin: z.string() }).optional(),
})
export type LedgerValue = z.infer<typeof ledgerValue>

/** The key of a ledger record: `cluster/topic id/partition/offset/attempt`. None of the parts holds a slash. */
export const ledgerKeyOf = ({ clusterId, topicId, partition, offset, attempt }: LedgerKey): string =>
  `${clusterId}/${topicId}/${partition}/${offset}/${attempt}`

/** Null for what is no key of this ledger. */
export const decodeLedgerKey = (bytes: Uint8Array | null): LedgerKey | null => {
  const found = /^([^/]*)\/([^/]+)\/(\d{1,9})\/(\d{1,19})\/(\d{1,9})$/.exec(
    Buffer.from(bytes ?? []).toString(),
  )
  if (!found) return null
  const [, clusterId = '', topicId = '', partition, offset = '', attempt] = found
  return {
    clusterId,
    topicId,
    partition: Number(partition),
    offset: BigInt(offset),
    attempt: Number(attempt),
  }
}

/** The value of a ledger record. */
export const encodeLedgerValue = (value: LedgerValue): Buffer => Buffer.from(JSON.stringify(value))

/** Null for what is no value of this ledger. */
export const decodeLedgerValue = (bytes: Uint8Array | null): LedgerValue | null => {
  try {
    return ledgerValue.safeParse(JSON.parse(Buffer.from(bytes ?? []).toString())).data ?? null
  } catch {
    return null
  }
}

/** The id by which a letter's topic is named in the ledger. */
export const ledgerTopicId = (topic: string, topicId: string | null): string =>
  isTopicId(topicId) ? topicId : topic

/** The one producer of a dead-letter partition: whoever opens this id fences who had it before. */
export const transactionalIdOf = ({ clusterId, topicId, partition }: LedgerSource): string =>
  `spillway-replay.${clusterId}.${topicId}.${partition}`

/** Where the records of a dead-letter partition stand in a ledger of so many partitions. */
export const ledgerPartitionOf = (source: LedgerSource, partitions: number): number =>
  createHash('sha256').update(transactionalIdOf(source)).digest().readUInt32BE(0) % partitions

/** The hash of a copy in the ledger: of its record from the key on, as it is written. */
export const hashBody = (body: Uint8Array): string => hash('sha256', body, 'base64url')

/** A hash of what a letter holds, by which an edit names it: lengths before the parts, so that no two read alike. */
export const hashContent = ({ key, value, headers }: RecordContent): string => {
  const hashed = createHash('sha256')
  const add = (bytes: Uint8Array | null) =>
    hashed.update(bytes === null ? '-1:' : `${bytes.length}:`).update(bytes ?? '')
  add(key)
  add(value)
  for (const header of headers) {
    hashed.update(`${Buffer.byteLength(header.name)}:${header.name}`)
    add(header.value)
  }
  return hashed.digest('base64url')
}
