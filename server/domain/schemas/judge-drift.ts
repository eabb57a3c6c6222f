import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { DriftKind, MessageSide, SchemaDrift } from '#server/contracts/schemas.ts'
import { sayCount } from '../say-amounts.ts'

/** One side of a sampled message, as far as its contract is concerned. */
export type SampledSide = {
  readonly position: Position
  /** What it decoded as. */
  readonly format: string
  readonly isNull: boolean
  readonly schemaId: number | null
  /** It names a schema, by an id or by a GUID alone. */
  readonly namesSchema: boolean
  /** Where the id is registered; null when the registry does not have it or did not tell. */
  readonly subject: string | null
  readonly version: number | null
  /** The registry does not have this id. */
  readonly isUnknown: boolean
  /** Why the payload does not decode by the schema that it names. */
  readonly problem: string | null
  /** Why the latest version can not read it; null when it can, or when that is not known. */
  readonly misfit: string | null
}

export type DriftFacts = {
  readonly topic: TopicName
  readonly side: MessageSide
  readonly atMs: number
  /** Newest first. */
  readonly messages: readonly SampledSide[]
  /** The subject by the name of the topic (TopicNameStrategy), when there is one. */
  readonly named: { readonly subject: string; readonly latest: number } | null
}

/** What the given messages decoded as, most frequent first. A tombstone or a missing key has no format. */
export const formatsOf = (messages: readonly Pick<SampledSide, 'format' | 'isNull'>[]): string[] => {
  const counts = new Map<string, number>()
  for (const { format, isNull } of messages) if (!isNull) counts.set(format, (counts.get(format) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([format]) => format)
}

const formatWords: Readonly<Record<string, string>> = {
  json: 'JSON',
  text: 'text',
  msgpack: 'MessagePack',
  cloudevent: 'CloudEvents',
  bytes: 'bytes of no known format',
}
const sayFormat = (format: string): string => formatWords[format] ?? format

/**
 * How the sampled messages of one side of a topic depart from their contract: payloads that do not decode by the schema
 * they name, ids that the registry does not have, versions whose data the latest one can not read, messages without an
 * id where the topic has a subject, and values without any schema. Keys without a schema are usual and no drift.
 */
export const judgeDrift = (facts: DriftFacts): SchemaDrift[] => {
  const { topic, side, atMs, messages, named } = facts
  const carrying = messages.filter(({ isNull }) => !isNull)
  /** `2 of 3 sampled values carry`, `1 of 3 sampled values carries`, `The one sampled value carries`. */
  const say = (group: readonly SampledSide[], one: string, more: string): string =>
    carrying.length === 1
      ? `The one sampled ${side} ${one}`
      : `${sayCount(group.length)} of ${sayCount(carrying.length)} sampled ${side}s ${group.length === 1 ? one : more}`
  const drift = (
    kind: DriftKind,
    fitting: readonly SampledSide[],
    sentenceOf: (first: SampledSide) => string,
  ): SchemaDrift[] => {
    const [first] = fitting
    if (!first) return []
    return [
      {
        topic,
        side,
        kind,
        sentence: sentenceOf(first),
        messages: fitting.length,
        sampleMessages: carrying.length,
        sampledAt: atMs,
        example: first.position,
        subject: first.subject ?? named?.subject ?? null,
        version: first.version ?? null,
      },
    ]
  }
  const undecodable = carrying.filter(({ problem, isUnknown }) => problem !== null && !isUnknown)
  const without = carrying.filter(({ namesSchema }) => !namesSchema)
  const misfits = carrying.filter(({ misfit, problem }) => misfit !== null && problem === null)
  return [
    ...drift(
      'undecodable',
      undecodable,
      ({ problem }) =>
        `${say(undecodable, 'does not decode by the schema it names', 'do not decode by the schema they name')}: ${problem}`,
    ),
    ...byId(carrying.filter(({ isUnknown }) => isUnknown)).flatMap((group) =>
      drift(
        'unknown-schema',
        group,
        ({ schemaId }) =>
          `${say(group, 'names', 'name')} schema ${schemaId}, which the registry does not have.`,
      ),
    ),
    ...byId(misfits).flatMap((group) =>
      drift('does-not-fit-latest', group, ({ misfit, version }) => {
        const is = (verb: string) => (version === null ? '' : `${verb} of version ${version} and `)
        return `${say(group, `${is('is')}does not fit`, `${is('are')}do not fit`)} the latest version${named ? ` (${named.latest})` : ''}: ${misfit}`
      }),
    ),
    ...(named
      ? drift(
          'no-schema-id',
          without,
          () =>
            `${say(without, 'carries', 'carry')} no schema id, although the subject ${named.subject} exists.`,
        )
      : side === 'value' && without.length === carrying.length
        ? drift(
            'without-schema',
            without,
            () =>
              `Its values are ${sayFormat(formatsOf(without)[0] ?? '')} without a schema: no contract says what they hold.`,
          )
        : []),
    ...(named
      ? byId(carrying.filter(({ subject }) => subject !== null && subject !== named.subject)).flatMap(
          (group) =>
            drift(
              'other-subject',
              group,
              ({ schemaId, subject }) =>
                `${say(group, 'carries', 'carry')} schema ${schemaId} of ${subject}, not of ${named.subject}.`,
            ),
        )
      : []),
  ]
}

/** Messages by their schema id, in the order of their first. */
const byId = (messages: readonly SampledSide[]): SampledSide[][] => {
  const groups = new Map<number | null, SampledSide[]>()
  for (const message of messages)
    groups.set(message.schemaId, [...(groups.get(message.schemaId) ?? []), message])
  return [...groups.values()]
}
