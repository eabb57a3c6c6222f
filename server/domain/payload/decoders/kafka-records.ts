import { type DecodeContext, type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { type RawNote, writeJson } from '../json-text.ts'
import { offsetsRecords } from '../kafka-offsets-layouts.ts'
import type { RecordLayout } from '../kafka-record-layout.ts'
import { shareStateRecords } from '../kafka-share-state-layouts.ts'
import { transactionRecords } from '../kafka-transaction-layouts.ts'
import { readLayout } from '../read-kafka-layout.ts'

const topics: Readonly<Record<string, readonly RecordLayout[]>> = {
  __consumer_offsets: offsetsRecords,
  __transaction_state: transactionRecords,
  __share_group_state: shareStateRecords,
}

const versionOf = (bytes: Uint8Array | null): number | null =>
  bytes === null || bytes.length < 2 ? null : Buffer.from(bytes).readInt16BE()

const read = (bytes: Buffer, { topic, side, key, wantsNotes }: DecodeContext): Decoded | Refused => {
  const layouts = Object.hasOwn(topics, topic) ? topics[topic] : undefined
  if (!layouts) return { why: 'the topic is none of Kafka’s own' }
  const type = versionOf(side === 'key' ? bytes : key)
  const layout = layouts.find((one) => one.type === type)
  if (!layout)
    return {
      why: `records of type ${type ?? 'unknown'} are not known`,
      problem: 'Kafka’s own topic, but its records of this type are not known here.',
    }
  const version = versionOf(bytes)
  const fields = side === 'key' ? layout.key : version === null ? undefined : layout.value(version)
  if (!fields)
    return {
      why: `${layout.name} of version ${version ?? 'unknown'} is not known`,
      problem: `${layout.name}: version ${version ?? 'unknown'} of its value is not known here.`,
    }
  try {
    const notes: RawNote[] | null = wantsNotes ? [] : null
    const decoded = readLayout(fields, bytes.subarray(2))
    const shown = side === 'key' ? { record: layout.name, ...decoded } : { version, ...decoded }
    return {
      kind: 'kafka-record',
      text: writeJson(shown, notes),
      isJson: true,
      why: `${layout.name}, by the topic’s name`,
      ...(notes ? { notes } : {}),
    }
  } catch (error) {
    return { why: messageOf(error), problem: `${layout.name}: ${messageOf(error)}.` }
  }
}

/** Records of Kafka's own topics, by the topic's name. */
export const kafkaRecordDecoder: Decoder = { id: 'kafka-record', name: 'Kafka’s own record', read }
