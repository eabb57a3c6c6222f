import type { MessageEdge, SpanView } from '#server/contracts/traces.ts'
import { topicKindOf } from '../topic-kind.ts'

type Handled = Pick<SpanView, 'startNs' | 'durationNs' | 'message'>

/** A copy that a replay sent, where it stands and when it was sent. */
export type SentCopy = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly sentAtNs: bigint
}

export const copyKey = (copy: Pick<SentCopy, 'topic' | 'partition'> & { readonly offset: bigint | string }) =>
  `${copy.partition}@${copy.offset}@${copy.topic}`

export const endNsOf = (span: Pick<SpanView, 'startNs' | 'durationNs'>): bigint =>
  BigInt(span.startNs) + BigInt(span.durationNs)

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** Whether the first group is the second, or a part of it by name: payments and payments-retry. */
const isKin = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && (a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`))

/**
 * Whether a consumer handled the message before it was written anew for the other: a framework that moves a message to
 * a retry topic, and a replay, keep the context of its first producer. Two groups that read one record come side by
 * side.
 */
const isEarlierHop = (earlier: Handled, later: Handled): boolean => {
  const [a, b] = [earlier.message, later.message]
  if (!a || !b || endNsOf(earlier) > BigInt(later.startNs)) return false
  if (a.topic !== b.topic) return true
  if (a.group !== null && a.group === b.group) return true
  return a.offset !== null && b.offset !== null && (a.offset !== b.offset || a.partition !== b.partition)
}

/**
 * How long a message waited before a consumer began, in nanoseconds. From the end of its sending; of a replay's copy
 * from its own sending; and where the consumers of one producer stand one after the other (retry topics), from the end
 * of the latest before it, which is the earliest that the message can have been written again: an estimate.
 */
export const waitOf = (
  producer: Handled,
  consumer: Handled,
  siblings: readonly Handled[],
  copies: ReadonlyMap<string, bigint>,
): Pick<MessageEdge, 'waitedNs' | 'estimated' | 'backoff'> => {
  const { message } = consumer
  const sentAtNs =
    message?.partition == null || message.offset === null
      ? undefined
      : copies.get(copyKey({ topic: message.topic, partition: message.partition, offset: message.offset }))
  const earlier = siblings.filter((one) => one !== consumer && isEarlierHop(one, consumer))
  const kin = earlier.filter((one) => isKin(one.message?.group ?? null, message?.group ?? null))
  const sent = endNsOf(producer)
  const from = larger(sent, sentAtNs ?? (kin.length > 0 ? kin : earlier).map(endNsOf).reduce(larger, sent))
  // A sending span ends when the broker has confirmed, at which time the consumer may have begun; and two machines'
  // clocks differ. A wait below nothing is none.
  const waitedNs = larger(0n, BigInt(consumer.startNs) - from)
  return {
    waitedNs: waitedNs.toString(),
    ...(sentAtNs === undefined && earlier.length > 0 ? { estimated: true } : {}),
    ...(message && topicKindOf(message.topic, false) === 'retry' ? { backoff: true } : {}),
  }
}
