import { randomInt } from 'node:crypto'
import type { z } from 'zod'
import type {
  DraftHeader,
  DraftSide,
  MessageCheck,
  messageDraft,
  SideCheck,
} from '#server/contracts/produce.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { compileProtobufEncoder } from '#server/domain/payload/encode-protobuf.ts'
import { encodeSide } from '#server/domain/payload/encode-side.ts'
import { readSchemaId } from '#server/domain/payload/payload-schema.ts'
import { sizeOfRecord } from '#server/domain/record-size.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { parsePosition, type RawMessage } from '#server/ports/raw-message.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { readLatestLag } from '#server/repositories/lag-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type ChosenSchema, findChosenSchema } from './draft-schemas.ts'
import { type Fault, faultOf } from './fault.ts'
import { namingTopic } from './read-topic-facts.ts'

type Draft = z.output<typeof messageDraft>
export type Prepared = { readonly check: MessageCheck; readonly outgoing: OutgoingMessage | null }

const previewBytes = 1_024

type Side = { readonly bytes: Uint8Array | null | undefined; readonly check: SideCheck }

const refusedSide = (message: string, schema: SideCheck['schema'] = null): Side => ({
  bytes: undefined,
  check: { problems: [{ path: '', message }], sizeBytes: null, preview: null, schema },
})
const goodSide = (bytes: Uint8Array | null, schema: SideCheck['schema'] = null): Side => ({
  bytes,
  check: {
    problems: [],
    sizeBytes: bytes?.length ?? null,
    preview: bytes === null ? null : Buffer.from(bytes.subarray(0, previewBytes)).toString('base64'),
    schema,
  },
})

const messagesOf = (schema: ChosenSchema): string[] => {
  if (schema.type !== 'PROTOBUF') return []
  try {
    return compileProtobufEncoder(schema).messages.map(({ name }) => name)
  } catch {
    // What is wrong with the schema is told where it is used.
    return []
  }
}

/** The bytes of one side of a draft, or what is wrong with it. `original`: its bytes there, or why they can not be had. */
export const prepareSide = async (
  connection: Connection,
  side: DraftSide,
  original: Uint8Array | null | string,
  call: Call,
): Promise<Side> => {
  switch (side.as) {
    case 'null':
      return goodSide(null)
    case 'original':
      return typeof original === 'string' ? refusedSide(original) : goodSide(original)
    case 'schema': {
      const found = await findChosenSchema(connection, side.schema, call)
      if (!found.ok) return refusedSide(found.error)
      const { id, type, subject, version } = found.value
      const schema = { id, type, subject, version, messages: messagesOf(found.value) }
      const encoded = encodeSide(
        { as: 'schema', text: side.text, message: side.message ?? null },
        found.value,
      )
      return encoded.ok
        ? goodSide(encoded.bytes, schema)
        : {
            ...refusedSide('', schema),
            check: { ...refusedSide('', schema).check, problems: [...encoded.problems] },
          }
    }
    default: {
      const encoded = encodeSide(side, null)
      return encoded.ok
        ? goodSide(encoded.bytes)
        : { bytes: undefined, check: { ...refusedSide('').check, problems: [...encoded.problems] } }
    }
  }
}

const prepareHeaders = (headers: readonly DraftHeader[]) => {
  const problems: { index: number; message: string }[] = []
  const raw: RawHeader[] = headers.map(({ name, as, text }, index) => {
    if (as === 'null') return { name, value: null }
    const encoded = encodeSide({ as, text }, null)
    if (encoded.ok) return { name, value: encoded.bytes }
    problems.push({ index, message: encoded.problems[0]?.message ?? 'can not be read' })
    return { name, value: null }
  })
  return { raw, problems }
}

const readOriginal = async (
  { broker }: Connection,
  original: Draft['original'],
  call: Call,
): Promise<RawMessage | string> => {
  if (original === null) return 'no message is named that it is made from'
  if (!broker.messages) return 'the original can not be read'
  const { partition, offset } = parsePosition(original.position)
  const read = await broker.messages.readAt(original.topic, partition, offset, call)
  return read.ok ? read.value : `the original at ${original.position} can not be read: ${read.error.detail}`
}

const choosePartition = async (
  { broker }: Connection,
  topic: TopicState,
  partition: number | null,
  key: Uint8Array | null | undefined,
  call: Call,
): Promise<MessageCheck['partition'] & { readonly problem: string | null }> => {
  const count = topic.partitions.length
  if (partition !== null) {
    const found = topic.partitions.find((one) => one.partition === partition)
    const problem = !found
      ? `${topic.name} has no partition ${partition}: it has ${count}, counted from 0.`
      : found.leader === null
        ? `Partition ${partition} has no leader now: nothing can be written to it.`
        : null
    return { number: partition, why: 'as chosen', problem }
  }
  if (key === undefined) return { number: null, why: 'by the key, when it can be encoded', problem: null }
  if (key === null)
    return {
      number: null,
      why: 'any of those that have a leader: there is no key to choose by',
      problem: null,
    }
  const chosen = await broker.publisher?.partitionOf(topic.name, key, call)
  if (!chosen?.ok) return { number: null, why: 'by the key, as Java clients choose', problem: null }
  const isOffline = topic.partitions.find((one) => one.partition === chosen.value)?.leader === null
  return {
    number: chosen.value,
    why: `by the key, as Java clients choose (murmur2 over ${sayMany(count, 'partition')})`,
    problem: isOffline ? `Partition ${chosen.value}, which the key leads to, has no leader now.` : null,
  }
}

const anyLed = (topic: TopicState): number | null => {
  const led = topic.partitions.filter(({ leader }) => leader !== null)
  return led[randomInt(Math.max(1, led.length))]?.partition ?? null
}

const refusalOf = async (connection: Connection, topic: TopicState, call: Call): Promise<string | null> => {
  if (connection.readOnly)
    return `${connection.name} is read-only: nothing is written to it. An administrator changes that by readOnly: false in spillway.yaml.`
  if (topic.internal)
    return `${topic.name} belongs to the broker itself: a message of ours would break what it keeps there.`
  if (!connection.broker.publisher) return `Spillway can not write to ${connection.name}.`
  const rights = await connection.broker.topics.rights([topic.name], call)
  if (rights.ok && rights.value.get(topic.name)?.write === false)
    return `The user of ${connection.name} may not write to ${topic.name}: it needs the right WRITE on this topic.`
  return null
}

const readersOf = async (deps: Deps, connection: Connection, topic: TopicName): Promise<string[] | null> => {
  try {
    const latest = await readLatestLag(deps.db, connection.id)
    return [...new Set(latest.filter((one) => one.topic === topic).map(({ group }) => group))]
  } catch {
    // Not known without the database, and said so.
    return null
  }
}

const notesOf = (
  settings: ReadonlyMap<string, string | null>,
  draft: Draft,
  { key, value }: { readonly key: Side; readonly value: Side },
): string[] => {
  const compacts = settings.get('cleanup.policy')?.includes('compact') ?? false
  const notes: string[] = []
  if (value.bytes === null)
    notes.push(
      compacts
        ? 'The value is null: a tombstone. Compaction removes every earlier message of this key, and after delete.retention.ms the tombstone itself; readers then see the key as deleted.'
        : 'The value is null: a tombstone. This topic is not compacted, so earlier messages of the key stay until retention deletes them; readers that build tables take it as a deletion.',
    )
  else if (compacts && key.bytes)
    notes.push('This topic is compacted: earlier messages of this key are removed in favour of this one.')
  if (draft.timestampMs !== null && settings.get('message.timestamp.type') === 'LogAppendTime')
    notes.push('The timestamp is not kept: this topic takes the time of arrival (message.timestamp.type).')
  const schemaId = draft.value.as === 'original' ? readSchemaId(value.bytes ?? null) : null
  if (schemaId !== null)
    notes.push(`The value is sent byte for byte as it was, with its schema id ${schemaId}.`)
  return notes
}

/**
 * Encodes a draft and says what sending it would do: problems by field, where it goes and why, its size beside the
 * topic's limit, who reads it, and what forbids it. `outgoing` is there when nothing forbids it. The topic must exist.
 */
export const prepareMessage = async (
  deps: Deps,
  connection: Connection,
  topicName: TopicName,
  draft: Draft,
  call: Call,
): Promise<Result<Prepared, Fault>> => {
  const { topics } = connection.broker
  const found = namingTopic(await topics.find(topicName, call), topicName, connection)
  if (!found.ok) return fail(faultOf(found.error))
  const topic = found.value
  const needsOriginal = draft.key.as === 'original' || draft.value.as === 'original'
  const [settingsRead, refusal, readers, original] = await Promise.all([
    topics.settings([topicName], call),
    refusalOf(connection, topic, call),
    readersOf(deps, connection, topicName),
    needsOriginal ? readOriginal(connection, draft.original, call) : '',
  ])
  const settings = new Map(
    (settingsRead.ok ? (settingsRead.value.get(topicName) ?? []) : []).map(({ name, value }) => [
      name,
      value,
    ]),
  )
  const [key, value] = await Promise.all([
    prepareSide(connection, draft.key, typeof original === 'string' ? original : original.key, call),
    prepareSide(connection, draft.value, typeof original === 'string' ? original : original.value, call),
  ])
  const headers = prepareHeaders(draft.headers)
  const { problem, ...partition } = await choosePartition(connection, topic, draft.partition, key.bytes, call)
  const isEncoded = key.bytes !== undefined && value.bytes !== undefined && headers.problems.length === 0
  const sizeBytes = isEncoded
    ? sizeOfRecord({ key: key.bytes ?? null, value: value.bytes ?? null, headers: headers.raw })
    : null
  const mostText = settings.get('max.message.bytes')
  const mostBytes = mostText === undefined || mostText === null ? null : Number(mostText)
  const problems = [
    ...(problem === null ? [] : [problem]),
    ...(key.bytes === null && settings.get('cleanup.policy')?.includes('compact')
      ? ['This topic is compacted and takes no message without a key: the broker would refuse it.']
      : []),
    ...(sizeBytes !== null && mostBytes !== null && sizeBytes > mostBytes
      ? [
          `The message is ${sizeBytes} bytes with its batch; the topic takes at most ${mostBytes} (max.message.bytes).`,
        ]
      : []),
    ...(draft.timestampMs !== null && BigInt(draft.timestampMs) < 0n
      ? ['The timestamp is before 1970.']
      : []),
  ]
  const maySend = isEncoded && problems.length === 0 && refusal === null
  return succeed({
    check: {
      key: key.check,
      value: value.check,
      headers: headers.problems,
      problems,
      refusal,
      partition,
      sizeBytes,
      mostBytes,
      notes: notesOf(settings, draft, { key, value }),
      readers,
      maySend,
    },
    outgoing: maySend
      ? {
          topic: topicName,
          partition: partition.number ?? anyLed(topic),
          key: key.bytes ?? null,
          value: value.bytes ?? null,
          headers: headers.raw,
          timestampMs: draft.timestampMs === null ? null : BigInt(draft.timestampMs),
        }
      : null,
  })
}

/** What sending a draft would do, for the one who types it. Sends nothing. */
export const checkMessage = async (
  deps: Deps,
  connection: Connection,
  { topic, draft }: { readonly topic: TopicName; readonly draft: Draft },
  call: Call,
): Promise<Result<MessageCheck, Fault>> => {
  const prepared = await prepareMessage(deps, connection, topic, draft, call)
  return prepared.ok ? succeed(prepared.value.check) : prepared
}
