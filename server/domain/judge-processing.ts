import { withoutRetry } from './choose-reader-group.ts'

/** A consumer's span that processed a record, as the trace store tells of it. */
export type ProcessSpan = {
  readonly traceId: string
  readonly service: string
  readonly name: string
  /** Not every instrumentation names the group: kafkajs's does not. */
  readonly group: string | null
  readonly status: 'unset' | 'ok' | 'error'
  readonly statusMessage: string | null
  readonly startNs: bigint
  readonly durationNs: bigint
  /** A retry or dead-letter topic of the record's chain that its trace sent something to, from the span's start on. */
  readonly sentOnTo: string | null
}

/**
 * What the spans of a record tell of one group. `clean`: it was processed without an error, and nothing went into the
 * chain within the trace; success is normally a status that was never set. `sent-on`: something did. `failed`: the span
 * ended with an error.
 */
export type Processing = {
  readonly verdict: 'clean' | 'sent-on' | 'failed'
  /** The span names the group itself; otherwise it names none, and one service alone has processed the record. */
  readonly isOfGroup: boolean
  readonly span: ProcessSpan
}

/** Whether a span's group is this one, or the container of one of its retry topics (Spring: `payments-retry-0`). */
const isOf = (named: string, group: string): boolean => withoutRetry(named) === withoutRetry(group)

/**
 * What the newest process span of a record tells of a group: earlier ones are attempts before it. Spans of other groups
 * tell nothing; of those that name no group only where they are of one service, since nobody knows which group that is.
 * `group` null: no group is known that reads the topic, and the only one that spans name counts.
 */
export const judgeProcessing = (spans: readonly ProcessSpan[], group: string | null): Processing | null => {
  const named = spans.filter((span) => span.group !== null)
  const isOne = new Set(named.map((span) => span.group)).size === 1
  const own = group === null ? (isOne ? named : []) : named.filter((span) => isOf(span.group ?? '', group))
  const unnamed = spans.filter((span) => span.group === null)
  const ofOneService = new Set(unnamed.map(({ service }) => service)).size === 1 ? unnamed : []
  const mine = own.length > 0 ? own : ofOneService
  const [first] = mine
  if (!first) return null
  const span = mine.reduce((newest, one) => (one.startNs > newest.startNs ? one : newest), first)
  const verdict = span.status === 'error' ? 'failed' : span.sentOnTo !== null ? 'sent-on' : 'clean'
  return { verdict, isOfGroup: own.length > 0, span }
}

const nsPerMs = 1_000_000n

/** A span in words: span payments process orders without error, 41 ms. */
export const sayProcessing = ({ verdict, isOfGroup, span }: Processing): string => {
  const { service, name, statusMessage, durationNs, sentOnTo } = span
  const which = `span ${service} ${name}${isOfGroup ? '' : ' (it names no group)'}`
  switch (verdict) {
    case 'clean':
      return `${which} without error, ${durationNs / nsPerMs} ms`
    case 'sent-on':
      return `${which} ended without error, but its trace sent something to ${sentOnTo} then: it proves nothing`
    case 'failed':
      return `${which} ended with an error${statusMessage === null || statusMessage === '' ? '' : ` (${statusMessage.slice(0, 200)})`}`
  }
}
