import type { Side } from '#server/contracts/decoders.ts'
import type { SearchTerm } from '#server/contracts/message-search.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { looksInto, type Mask } from '#server/domain/masked-terms.ts'
import { type MessageMatcher, makeMessageMatcher } from '#server/domain/match-message.ts'
import type { Call } from '#server/ports/call.ts'
import type { Masking } from '#server/ports/masking.ts'
import type { TopicChoices } from '#server/ports/payload-reading.ts'
import type { MessageFilter, RawMessage } from '#server/ports/raw-message.ts'
import type { DecodeDeps } from './decode-messages.ts'
import { makeRefinement, prefiltersOf } from './refine-by-expression.ts'

export type MessageFiltering = Pick<MessageMatcher, 'sinceMs' | 'untilMs' | 'offsets'> & {
  /** Null: every message within partitions, times and offsets fits. */
  readonly filter: MessageFilter | null
  /** What could not be judged so far and why, as sentences. */
  readonly notes: () => string[]
}

type Filtered = DecodeDeps & { readonly masking?: Masking }
type Asked = {
  readonly topics: readonly TopicName[]
  /** Times ago are counted from here. */
  readonly nowMs: number
  /** Keys and values above this are not laid out for an expression. */
  readonly mostBytes?: number
  /** How operators have chosen to read the topics; it stays so while they are filtered. */
  readonly choices: ReadonlyMap<TopicName, TopicChoices>
}

const sides = ['key', 'value'] as const

/** Sides that may read as another text than their bytes hold: by choice, or by a type that is configured. */
const unsureOf = ({ reading }: DecodeDeps, { topics, choices }: Asked): ReadonlySet<Side> =>
  new Set(
    sides.filter((side) =>
      topics.some(
        (topic) =>
          choices.get(topic)?.[side] !== undefined ||
          (reading?.protoFiles().typeFor(topic, side) ?? null) !== null,
      ),
    ),
  )

/**
 * The filter of a search over messages of some topics. Terms are judged by the bytes as the broker holds them, without
 * decoding, and expressions by what was decoded. Where something of a topic is masked, every term that looks into it is
 * judged by what the mask leaves instead, and nothing is told by the bytes that it hides: neither which batches are
 * skipped nor which messages are decoded depends on them.
 */
export const makeMessageFilter = (
  terms: readonly SearchTerm[],
  deps: Filtered,
  asked: Asked,
  call: Call,
): MessageFiltering => {
  const { topics, nowMs, mostBytes } = asked
  const maskOf = (topic: TopicName): Mask | null => deps.masking?.maskOf(topic) ?? null
  const refinement = makeRefinement(terms, deps, call, {
    topics,
    maskOf,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  })
  const masks = new Map(
    topics.flatMap((topic) => {
      const mask = maskOf(topic)
      return mask ? [[topic, mask] as const] : []
    }),
  )
  // A mask may leave another text than the bytes hold.
  const prefilters = masks.size > 0 ? [] : prefiltersOf(terms, unsureOf(deps, asked))
  const whole = makeMessageMatcher(terms, nowMs, prefilters)
  const { accept, literals, unlessHidden } =
    masks.size === 0 ? whole : besideMasks(terms, masks, whole, nowMs)
  const { sinceMs, untilMs, offsets, acceptsAll } = whole
  return {
    sinceMs,
    untilMs,
    offsets,
    filter:
      acceptsAll && refinement === null
        ? null
        : {
            accept,
            ...(literals.length === 0 ? {} : { literals }),
            ...(unlessHidden === null ? {} : { unlessHidden }),
            ...(refinement === null ? {} : { refine: refinement.refine }),
          },
    notes: () => refinement?.notes() ?? [],
  }
}

/** What may be judged by bytes: of a masked topic only the terms that look into nothing masked. */
const besideMasks = (
  terms: readonly SearchTerm[],
  masks: ReadonlyMap<TopicName, Mask>,
  whole: MessageMatcher,
  nowMs: number,
): Pick<MessageFilter, 'accept'> & Pick<MessageMatcher, 'literals' | 'unlessHidden'> => {
  const openOf = (chosen: readonly Mask[]): MessageMatcher =>
    makeMessageMatcher(
      terms.filter((term) => chosen.every(({ hides }) => !looksInto(term, hides))),
      nowMs,
    )
  const byTopic = new Map([...masks].map(([topic, mask]) => [topic, openOf([mask])]))
  return {
    accept: (message: RawMessage) => (byTopic.get(message.topic) ?? whole).accept(message),
    // Batches of all topics are skipped by the same bytes: those of terms that no mask touches.
    literals: openOf([...masks.values()]).literals,
    unlessHidden: null,
  }
}
