import type { z } from 'zod'
import type { MessageList, messageListQuery } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { formatScanCursor, parseScanCursor } from '#server/domain/scan-cursor.ts'
import { browseBudget, type Call } from '#server/ports/call.ts'
import { collectScan } from './collect-scan.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, invalid, notFound } from './fault.ts'
import { findWholeCursor, shortenCursor } from './long-cursors.ts'
import { namingTopic } from './read-topic-facts.ts'
import { reportScan } from './report-scan.ts'

/**
 * Messages of a topic, newest first, decoded, page by page: the scan report says how far it came, and the cursor goes on
 * from there. A cursor that this list has not given out is `invalid-request`; one that is kept no longer is `not-found`.
 * Reads a few hundred messages without a filter, which needs no thread of its own.
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
  const startedAt = performance.now()
  // Browsing many partitions reads more messages than it shows.
  const budget = { ...browseBudget, messages: Math.max(browseBudget.messages, limit * 4) }
  const scanned = namingTopic(
    await collectScan(
      reader,
      { topics: [{ topic }], order: 'newest', limit, budget, ...(before ?? {}) },
      call,
    ),
    topic,
    connection,
  )
  if (!scanned.ok) return fail(faultOf(scanned.error))
  const { messages, stop, goOnAt, goOnWith, ...read } = scanned.value
  // Nothing came and something failed: that is a fault, not an empty topic.
  const [failed] = read.errors
  if (failed && messages.length === 0 && read.scannedMessages === 0n) return fail(faultOf(failed.error))
  const scan = { ...reportScan(read, { startedAt, budget }), stop }
  const decoded = await decodeMessages(messages, connection, rowLimits, call)
  return succeed({
    messages: decoded.rows,
    nextCursor: goOnAt.size === 0 ? null : await shortenCursor(deps, formatScanCursor({ goOnAt, goOnWith })),
    scan,
    registryProblem: decoded.registryProblem,
  })
}
