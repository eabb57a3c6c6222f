import type { HeaderEditRule } from '#server/contracts/choices.ts'
import type { RawHeader } from './dead-letter.ts'

/** Added to the copy of an edited message: which dead letter it was made from (`topic@partition@offset`), and its old id. */
export const editedHeaders = {
  'x-replay-edited': 'The dead letter that was edited to make this message: topic@partition@offset',
  'x-replay-edited-id': 'The id of the message before it was edited',
} as const

type Rule = { readonly names: RegExp; readonly rule: HeaderEditRule; readonly why: string }

/**
 * What an edit may do to a header, by its name; the first that fits counts. Locked as in ServiceControl
 * (`EditFailedMessagesController`: identity, conversation, saga, failure), warned as its sensitive ones.
 */
const editRules: readonly Rule[] = [
  {
    names: /^x-replay-edited(-id)?$/i,
    rule: 'locked',
    why: 'it tells what this message was made from',
  },
  {
    names: /^(ce[_-]id|(x[_-])?message[_-]?id|NServiceBus\.MessageId|MT-MessageId)$/i,
    rule: 'new-id',
    why: 'an edited message is another message: it gets a new id, so that who drops duplicates by id takes it',
  },
  {
    names:
      /^(traceparent|tracestate|baggage|b3|x-b3-.*|uber-trace-id|uberctx-.*|x-datadog-.*|sw8|x-amzn-trace-id)$/i,
    rule: 'locked',
    why: 'it ties the message to its trace',
  },
  {
    names:
      /^((x[_-])?conversation[_-]?id|initiator[_-]?id|MT-(ConversationId|InitiatorId)|NServiceBus\.(ConversationId|RelatedTo|SagaId|SagaType|OriginatingSagaId|OriginatingSagaType)|saga[_-]?id)$/i,
    rule: 'locked',
    why: 'it ties the message to the conversation or saga that it belongs to',
  },
  {
    names:
      /^((x[_-])?correlation[_-]?id|kafka_correlationId|NServiceBus\.CorrelationId|ce[_-]correlationid)$/i,
    rule: 'warned',
    why: 'an answer finds its question by it',
  },
  {
    names:
      /^(kafka_replyTopic|kafka_replyPartition|reply[_-]?to|NServiceBus\.ReplyToAddress|MT-ResponseAddress)$/i,
    rule: 'warned',
    why: 'it says where an answer goes',
  },
  {
    names: /^(content[_-]?type|content[_-]?encoding|ce[_-]datacontenttype|contentType)$/i,
    rule: 'warned',
    why: 'readers choose by it how they read the value',
  },
  {
    names:
      /^(__(key|value)_schema_id|apicurio\..*|ce[_-]dataschema|__TypeId__|__KeyTypeId__|__ContentTypeId__|__Key_TypeId__|spring_json_header_types|NServiceBus\.EnclosedMessageTypes|rbs2-msg-type)$/i,
    rule: 'warned',
    why: 'it names the schema or the type by which the message is read',
  },
  {
    names: /^ce[_-](source|type|specversion|partitionkey)$/i,
    rule: 'warned',
    why: 'it is part of what the event is',
  },
]

const leftOut = 'a copy does not carry it: it tells of a death or of an earlier replay'

/** What an edit may do to a header, and why. `isStripped` tells which headers no copy carries. */
export const ruleOfHeader = (
  name: string,
  isStripped: (name: string) => boolean,
): { readonly rule: HeaderEditRule; readonly why: string } => {
  if (isStripped(name)) return { rule: 'left-out', why: leftOut }
  const found = editRules.find(({ names }) => names.test(name))
  return found ? { rule: found.rule, why: found.why } : { rule: 'free', why: '' }
}

/** A header of the edited message: one of the original by its place, to the byte, or one that was typed. */
export type EditedHeader = { readonly from: number } | RawHeader

/** An edited message's headers, or what keeps it from being made. */
export type ComposedHeaders = {
  readonly headers: readonly RawHeader[]
  /** `index`: the place in the draft; null: of the headers as a whole. */
  readonly problems: readonly { readonly index: number | null; readonly message: string }[]
  readonly warnings: readonly string[]
  /** The ids that were replaced. */
  readonly newIds: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

const isFixed = (rule: HeaderEditRule): boolean => rule !== 'free' && rule !== 'warned'

/**
 * The headers of an edited message. Those of the original that are kept stay the same bytes in their order; locked ones
 * must be kept, and none of their names may be added. Ids become new ones, equal ones the same. `source` names the dead
 * letter (`topic@partition@offset`).
 */
export const composeHeaders = (
  original: readonly RawHeader[],
  draft: readonly EditedHeader[],
  {
    isStripped,
    makeId,
    source,
  }: {
    readonly isStripped: (name: string) => boolean
    readonly makeId: () => string
    readonly source: string
  },
): ComposedHeaders => {
  const problems: { index: number | null; message: string }[] = []
  const warned = new Map<string, string>()
  const ids = new Map<string, string>()
  const newIds: { name: string; before: string; after: string }[] = []
  const kept = new Set<number>()
  const headers: RawHeader[] = []
  const renew = (header: RawHeader): RawHeader => {
    if (header.value === null || header.value.length === 0) return header
    const before = Buffer.from(header.value).toString('utf8')
    const after = ids.get(before) ?? makeId()
    ids.set(before, after)
    newIds.push({ name: header.name, before, after })
    return { name: header.name, value: Buffer.from(after, 'utf8') }
  }
  let last = -1
  for (const [index, entry] of draft.entries()) {
    if (!('from' in entry)) {
      const { rule, why } = ruleOfHeader(entry.name, isStripped)
      if (isFixed(rule)) problems.push({ index, message: `${entry.name} can not be set: ${why}` })
      else if (rule === 'warned') warned.set(entry.name, why)
      headers.push(entry)
      continue
    }
    const header = original[entry.from]
    if (!header) problems.push({ index, message: `the dead letter has no header number ${entry.from + 1}` })
    else if (entry.from <= last)
      problems.push({ index, message: 'headers that are kept stay in their order, each once' })
    else {
      kept.add(entry.from)
      headers.push(ruleOfHeader(header.name, isStripped).rule === 'new-id' ? renew(header) : header)
    }
    last = Math.max(last, entry.from)
  }
  for (const [place, { name }] of original.entries()) {
    if (kept.has(place)) continue
    const { rule, why } = ruleOfHeader(name, isStripped)
    if (isFixed(rule))
      problems.push({ index: null, message: `${name} can not be changed or left out: ${why}` })
    else if (rule === 'warned') warned.set(name, why)
  }
  const [firstId] = newIds
  const added: RawHeader[] = [
    { name: 'x-replay-edited', value: Buffer.from(source, 'utf8') },
    ...(firstId ? [{ name: 'x-replay-edited-id', value: Buffer.from(firstId.before, 'utf8') }] : []),
  ]
  return {
    headers: [...headers, ...added],
    problems,
    warnings: [...warned].map(([name, why]) => `${name} is changed: ${why}.`),
    newIds,
  }
}
