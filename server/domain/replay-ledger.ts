import { createHash, hash } from 'node:crypto'
import { z } from 'zod'
import { copyInto } from './copy-into.ts'
import type { RawHeader } from './dead-letter.ts'
import { remember } from './remember.ts'
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
  /** SHA-256 of the copy's key, value and headers, base64url. */
  hash: z.string(),
  /** Why it was sent, in the operator's words. */
  reason: z.string(),
  /** The trace that the copy begins, and that of the message that died; left out where it goes on in the old one. */
  traces: z.object({ copy: z.string(), origin: z.string() }).optional(),
})
export type LedgerValue = z.infer<typeof ledgerValue>

/** The key of a ledger record: `cluster/topic id/partition/offset/attempt`. None of the parts holds a slash. */
export const encodeLedgerKey = ({ clusterId, topicId, partition, offset, attempt }: LedgerKey): Buffer =>
  Buffer.from([clusterId, topicId, partition, offset, attempt].join('/'), 'utf8')

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

/** A ledger record's value: JSON in UTF-8. */
export const encodeLedgerValue = (value: LedgerValue): Buffer => Buffer.from(JSON.stringify(value), 'utf8')

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

/** Grows to the largest copy; what is hashed is put together here, since a buffer for each costs more than its hash. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024)
const mostScratchBytes = 4 * 1024 * 1024
/** Of a length in digits, and the colon after it. */
const lengthBytes = 12
/** A name as it is hashed, with its length. */
const hashedName = remember((name) => Buffer.from(`${Buffer.byteLength(name, 'utf8')}:${name}`, 'utf8'))

/** A hash of a copy as it is written: lengths before the parts, so that no two copies read alike. */
export const hashCopy = ({
  key,
  value,
  headers,
}: {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}): string => {
  let most = 2 * lengthBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers)
    most += lengthBytes + hashedName(header.name).length + (header.value?.length ?? 0)
  const into = most <= scratch.length ? scratch : Buffer.allocUnsafeSlow(most)
  if (into !== scratch && most <= mostScratchBytes) scratch = into
  let at = 0
  const add = (bytes: Uint8Array | null) => {
    const length = bytes === null ? '-1:' : `${bytes.length}:`
    for (let place = 0; place < length.length; place++) into[at++] = length.charCodeAt(place)
    if (bytes) at = copyInto(into, at, bytes)
  }
  add(key)
  add(value)
  for (const { name, value: bytes } of headers) {
    at = copyInto(into, at, hashedName(name))
    add(bytes)
  }
  return hash('sha256', into.subarray(0, at), 'base64url')
}
