import type { MessageDetail } from '#server/contracts/messages.ts'
import type { DraftHeader, DraftSide, MessageDraft, SchemaChoice } from '#server/contracts/produce.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { TopicSchemas } from '#server/contracts/schemas.ts'

/** One side as it is typed. The text stays when another form is chosen, so that coming back loses nothing. */
export type SideForm = {
  readonly as: DraftSide['as']
  readonly text: string
  /** What a schema is chosen by: a subject with its version (empty: the latest), or an id. */
  readonly subject: string
  readonly version: string
  readonly schemaId: string
  readonly message: string
}
export type HeaderForm = DraftHeader & { readonly key: number }
export type DraftForm = {
  /** Empty: by the key. */
  readonly partition: string
  readonly key: SideForm
  readonly value: SideForm
  readonly headers: readonly HeaderForm[]
  /** Empty: the time of sending; otherwise ISO 8601 or milliseconds since the epoch. */
  readonly timestamp: string
  readonly original: { readonly topic: string; readonly position: string } | null
}

const side = (as: SideForm['as'], subject: string): SideForm => ({
  as,
  text: '',
  subject,
  version: '',
  schemaId: '',
  message: '',
})

/** The name under which most serialisers register a topic's schema (TopicNameStrategy). */
const subjectOf = (topic: string, name: 'key' | 'value'): string => `${topic}-${name}`

/** The subject that most messages of the latest sample carry; null where more than half of them carry no schema. */
const seenSubject = (schemas: TopicSchemas | null, name: 'key' | 'value'): string | null => {
  const told = schemas?.sides.find((one) => one.side === name)
  if (!told?.sample || told.sample.withoutSchema * 2 > told.sample.messages) return null
  const bySubject = new Map<string, number>()
  for (const { subject, inSample } of told.sightings)
    if (subject !== null && inSample > 0) bySubject.set(subject, (bySubject.get(subject) ?? 0) + inSample)
  return [...bySubject].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

const emptySide = (
  topic: string,
  name: 'key' | 'value',
  otherwise: SideForm['as'],
  schemas: TopicSchemas | null,
): SideForm => {
  const seen = seenSubject(schemas, name)
  return seen === null ? side(otherwise, subjectOf(topic, name)) : side('schema', seen)
}

/**
 * A form with nothing typed. Where the topic's messages carry a schema (`schemas`: what its sample has seen), a side is
 * written by the latest version of that subject; otherwise keys are text, and values JSON.
 */
export const emptyForm = (topic: string, schemas: TopicSchemas | null): DraftForm => ({
  partition: '',
  key: emptySide(topic, 'key', 'text', schemas),
  value: emptySide(topic, 'value', 'json', schemas),
  headers: [],
  timestamp: '',
  original: null,
})

const utf8 = new TextDecoder('utf-8', { fatal: true })
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))

/** The same bytes as text, or null when they are none: what is typed again must be what was. */
const asText = (base64: string): string | null => {
  try {
    const bytes = bytesOf(base64)
    const text = utf8.decode(bytes)
    // A byte order mark is dropped by the decoder.
    return new TextEncoder().encode(text).length === bytes.length ? text : null
  } catch {
    return null
  }
}

const headerOf = (raw: string | null): Pick<DraftHeader, 'as' | 'text'> => {
  if (raw === null) return { as: 'null', text: '' }
  const text = asText(raw)
  return text === null ? { as: 'base64', text: raw } : { as: 'text', text }
}

const sideOf = (topic: string, name: 'key' | 'value', message: MessageDetail): SideForm => {
  const { kind, schema, text, truncated, raw, sizeBytes } = message[name]
  const base = side(kind === 'null' ? 'null' : 'original', subjectOf(topic, name))
  const bySchema = schema?.id !== undefined && schema.id !== null
  const isWhole = raw !== null && bytesOf(raw).length === sizeBytes
  // What is edited starts from what is read: the decoded text where it stands for the bytes, else the bytes themselves.
  const plain = isWhole ? (bySchema ? text : asText(raw)) : null
  return {
    ...base,
    text: truncated ? '' : (plain ?? (isWhole ? raw : '')),
    schemaId: bySchema ? String(schema.id) : '',
    version: schema?.version ? String(schema.version) : '',
  }
}

/** A form for producing a message again: the same bytes, headers and partition rules, its time left to the sending. */
export const formOfMessage = (topic: string, message: MessageDetail): DraftForm => ({
  partition: '',
  key: sideOf(topic, 'key', message),
  value: sideOf(topic, 'value', message),
  headers: message.headers.map(({ name, raw }, index) => ({ name, key: index, ...headerOf(raw) })),
  timestamp: '',
  original: { topic: message.topic, position: message.position },
})

/** How an original side is typed when it is edited. */
export const editedAs = (message: MessageDetail, name: 'key' | 'value'): SideForm['as'] => {
  const { kind, schema, raw } = message[name]
  if (kind === 'null') return 'null'
  if (schema?.id) return 'schema'
  if (raw === null || asText(raw) === null) return 'base64'
  return kind === 'json' || kind === 'cloudevent' ? 'json' : 'text'
}

const choiceOf = ({ subject, version, schemaId }: SideForm): SchemaChoice =>
  schemaId.trim() === ''
    ? {
        subject: subject.trim() || ' ',
        version: version.trim() === '' ? 'latest' : Number(version) || 'latest',
      }
    : { id: Number(schemaId) || 1 }

const draftSideOf = (form: SideForm): DraftSide => {
  switch (form.as) {
    case 'null':
    case 'original':
      return { as: form.as }
    case 'schema':
      return {
        as: 'schema',
        schema: choiceOf(form),
        text: form.text,
        message: form.message === '' ? null : form.message,
      }
    default:
      return { as: form.as, text: form.text }
  }
}

/** Milliseconds of what was typed as a time; null for none, undefined for what is no time. */
export const timestampOf = (text: string): string | null | undefined => {
  const typed = text.trim()
  if (typed === '') return null
  if (/^\d{1,15}$/.test(typed)) return typed
  const ms = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(typed) ? Date.parse(typed) : Number.NaN
  return Number.isNaN(ms) ? undefined : String(ms)
}

/** What is asked of the server for a form. A time that can not be read is left out: the form says so itself. */
export const draftOf = (form: DraftForm): MessageDraft => ({
  partition: form.partition === '' ? null : Number(form.partition),
  key: draftSideOf(form.key),
  value: draftSideOf(form.value),
  headers: form.headers.map(({ name, as, text }) => ({ name, as, text })),
  timestampMs: timestampOf(form.timestamp) ?? null,
  original:
    form.original === null
      ? null
      : { topic: form.original.topic as TopicName, position: form.original.position as Position },
})

/** Where a form differs from the message it was made from, in words. */
export const editsOf = (form: DraftForm, start: DraftForm): string[] => {
  const headers = (one: DraftForm) =>
    JSON.stringify(one.headers.map(({ name, as, text }) => [name, as, text]))
  return [
    ...(form.key.as === start.key.as ? [] : ['key']),
    ...(form.value.as === start.value.as ? [] : ['value']),
    ...(headers(form) === headers(start) ? [] : ['headers']),
    ...(form.partition === start.partition ? [] : ['partition']),
    ...(form.timestamp === start.timestamp ? [] : ['timestamp']),
  ]
}

/** A random UUID (version 4), also where the page was not opened over HTTPS. */
export const makeIdempotencyKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
