import type { z } from 'zod'
import { parseSearch } from '#server/contracts/message-search.ts'
import type { MessageList, messageListQuery } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type MessageMatcher, makeMessageMatcher } from '#server/domain/match-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { formatScanCursor, parseScanCursor } from '#server/domain/scan-cursor.ts'
import { browseBudget, type Call, scanBudget } from '#server/ports/call.ts'
import { collectScan } from './collect-scan.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid, notFound } from './fault.ts'
import { findWholeCursor, shortenCursor } from './long-cursors.ts'
import { namingTopic } from './read-topic-facts.ts'

/** Browsing many partitions reads more messages than it shows. */
const budgetOf = (limit: number, searching: boolean) =>
  searching ? scanBudget : { ...browseBudget, messages: Math.max(browseBudget.messages, limit * 4) }

const filterOf = ({ accept, literals }: MessageMatcher) => ({
  accept,
  ...(literals.length === 0 ? {} : { literals }),
})

/**
 * Messages of a topic, newest first, decoded. With a search, those that fit it, searched backwards within the budget;
 * the scan report says how far it came, and the cursor goes on from there. A search that can not be read and a cursor
 * that this list has not given out are `invalid-request`; one that is kept no longer is `not-found`.
 */
export const listMessages = async (
  deps: Deps,
  connection: Connection,
  input: z.output<typeof messageListQuery> & { readonly topic: TopicName },
  call: Call,
): Promise<Result<MessageList, Fault>> => {
  const { topic, limit, cursor } = input
  const reader = connection.broker.messages
  if (!reader) return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const whole = cursor === undefined ? null : await findWholeCursor(deps, cursor)
  if (cursor !== undefined && whole === null)
    return notFound('cursor: this list was begun too long ago; begin it anew.')
  const before = whole === null ? null : parseScanCursor(whole)
  if (cursor !== undefined && before === null)
    return invalid('cursor: this is not one that the list of messages has given out.')
  const parsed = parseSearch(input.search)
  if (!parsed.ok) return invalid(`search, character ${parsed.problem.at + 1}: ${parsed.problem.message}.`)
  if (parsed.terms.some(({ kind }) => kind === 'where'))
    return invalid('search: expressions are searched by /api/{connection}/messages/search.')
  const matcher = makeMessageMatcher(parsed.terms, deps.clock.nowMs())
  // Partitions alone are chosen, not searched for.
  const searching = parsed.terms.some(({ kind, negated }) => kind !== 'partition' || negated)
  const startedAt = performance.now()
  const budget = budgetOf(limit, searching)
  const scanned = namingTopic(
    await collectScan(
      reader,
      {
        topics: [{ topic, ...(matcher.partitions === null ? {} : { partitions: matcher.partitions }) }],
        order: 'newest',
        limit,
        budget,
        ...(before ?? {}),
        ...(matcher.sinceMs === null ? {} : { sinceMs: BigInt(matcher.sinceMs) }),
        ...(searching ? { filter: filterOf(matcher) } : {}),
      },
      call,
    ),
    topic,
    connection,
  )
  if (!scanned.ok) return fail(faultOf(scanned.error))
  const { messages, scannedMessages, scannedBytes, stop, errors, goOnAt, goOnWith, ...report } = scanned.value
  // Nothing came and something failed: that is a fault, not an empty topic.
  const [failed] = errors
  if (failed && messages.length === 0 && scannedMessages === 0n) return fail(faultOf(failed.error))
  if (matcher.partitions !== null && report.partitions === 0 && errors.length === 0)
    return notFound(`The topic ${topic} has none of the partitions that are searched.`)
  const backToMs = report.coveredMs.from
  const durationMs = Math.round(performance.now() - startedAt)
  const decoded = await decodeMessages(messages, connection, rowLimits, call)
  return succeed({
    messages: decoded.rows,
    nextCursor: goOnAt.size === 0 ? null : await shortenCursor(deps, formatScanCursor({ goOnAt, goOnWith })),
    scan: {
      partitions: report.partitions,
      messages: scannedMessages.toString(),
      bytes: scannedBytes.toString(),
      durationMs,
      stop,
      backToMs: backToMs === null || backToMs < 0n ? null : Number(backToMs),
      budget: { messages: budget.messages, bytes: budget.bytes, durationMs: budget.milliseconds },
      errors: errors.map((one) => ({ partition: one.partition, detail: one.error.detail })),
      matches: report.matches.toString(),
      heldBack: report.heldBack.map(({ partition: held, from, to }) => ({
        partition: held,
        messages: (to - from).toString(),
      })),
    },
    registryProblem: decoded.registryProblem,
  })
}
