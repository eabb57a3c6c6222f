import type { MessageColumns } from './span-record.ts'

/**
 * Attribute names of three generations of the messaging conventions, newest first: OpenTelemetry semantic conventions
 * 1.44 (docs/messaging), the deprecated names of docs/registry/attributes/messaging.md, and what instrumentations sent
 * before either (Java agent, kafkajs).
 */
const columnOfAttribute: ReadonlyMap<string, keyof MessageColumns> = new Map([
  ['messaging.destination.name', 'topic'],
  ['messaging.destination', 'topic'],
  ['messaging.source.name', 'topic'],
  ['messaging.destination.partition.id', 'partition'],
  ['messaging.kafka.destination.partition', 'partition'],
  ['messaging.kafka.source.partition', 'partition'],
  ['messaging.kafka.partition', 'partition'],
  ['messaging.kafka.offset', 'offset'],
  ['messaging.kafka.message.offset', 'offset'],
  ['kafka.offset', 'offset'],
  ['messaging.consumer.group.name', 'group'],
  ['messaging.kafka.consumer.group', 'group'],
  ['messaging.kafka.consumer_group', 'group'],
])

const maxTopicLength = 249
const maxGroupLength = 255
const maxInt64 = 2n ** 63n - 1n

/** The column that an attribute fills, or undefined. */
export const messageColumnOf = (attribute: string): keyof MessageColumns | undefined =>
  columnOfAttribute.get(attribute)

/** Texts by column as attributes gave them. What can not be a topic, partition or offset counts as not given. */
export const readMessageColumns = (
  found: Readonly<Partial<Record<keyof MessageColumns, string>>>,
): MessageColumns => ({
  topic: isBetween(found.topic, maxTopicLength) ? found.topic : null,
  partition:
    found.partition !== undefined && /^\d{1,9}$/.test(found.partition) ? Number(found.partition) : null,
  offset: readOffset(found.offset),
  group: isBetween(found.group, maxGroupLength) ? found.group : null,
})

const isBetween = (text: string | undefined, maxLength: number): text is string =>
  text !== undefined && text.length > 0 && text.length <= maxLength

const readOffset = (text: string | undefined): bigint | null => {
  if (text === undefined || !/^\d{1,19}$/.test(text)) return null
  const offset = BigInt(text)
  return offset <= maxInt64 ? offset : null
}

/** Identifiers of machinery: the same in thousands of traces, or of no meaning outside the process. */
const machinery =
  /^(telemetry|service|host|process|thread|container|k8s|cloud|faas|code|os|device|webengine|peer|net|network)\.|^messaging\.(client|consumer|destination|kafka\.(cluster|client|consumer|partition))|^messaging\.(client_id|consumer_id)$/

const identifying = /(^|[._-])(id|uuid|key)$|[a-z](Id|ID|Uuid|UUID|Key)$/

const known = new Map<string, boolean>()

/** Whether traces are found by this attribute's values: `order.id`, `customerId`, `messaging.kafka.message.key`. */
export const isSearchable = (attribute: string): boolean => {
  const cached = known.get(attribute)
  if (cached !== undefined) return cached
  const answer = identifying.test(attribute) && !machinery.test(attribute)
  // Names come from outside; a program that makes them up must not fill the memory.
  if (known.size < 10_000) known.set(attribute, answer)
  return answer
}

const maxSearchLength = 200
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The terms that a value is found by: itself, and what follows its last separator where that is a number of sorts, so
 * that `order-4711` is found as `4711` too. Values too short to tell anything or too long to type have none.
 */
export const searchTermsOf = (value: string): readonly string[] => {
  if (value.length < 2 || value.length > maxSearchLength) return []
  const tail = /[-_:/.#]([^-_:/.#]{3,})$/.exec(value)?.[1]
  return tail !== undefined && /\d/.test(tail) && !uuid.test(value) ? [value, tail] : [value]
}
