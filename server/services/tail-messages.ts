import type { z } from 'zod'
import { parseSearch } from '#server/contracts/message-search.ts'
import type { messageTailQuery, TailFrame } from '#server/contracts/message-stream.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { formatTailCursor, parseTailCursor } from '#server/domain/tail-cursor.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanPlaces } from '#server/ports/scan.ts'
import type { Scanner, TailNews } from '#server/ports/scanner.ts'
import { chooseTopics } from './choose-topics.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, FaultError, faultOf, invalid, searchProblemWords } from './fault.ts'
import { findExpressionProblem } from './refine-by-expression.ts'

/** Of what fits within 250 ms, the newest so many become rows: nobody reads more. The others are counted as dropped. */
const rowsPerStep = 100
/** So that a cursor fits into an address. */
const mostPartitions = 1_000
const rateEveryMs = 1_000
/**
 * Follows topics from their end: rows as they arrive, those that fit the search, and once a second how many came. What
 * is left out is counted. A cursor goes on where an earlier tail ended. Fails before the first frame for a search that can
 * not be read, topics that do not exist, and a broker that does not answer.
 */
export const tailMessages = async (
  deps: Pick<Deps, 'clock' | 'scanner'>,
  connection: Connection,
  asked: z.output<typeof messageTailQuery>,
  call: Call,
): Promise<Result<AsyncGenerator<TailFrame, void, void>, Fault>> => {
  if (!connection.broker.messages)
    return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const parsed = parseSearch(asked.search)
  if (!parsed.ok) return invalid(searchProblemWords(parsed.problem))
  const unreadable = findExpressionProblem(parsed.terms)
  if (unreadable !== null) return invalid(unreadable)
  const chosen = await chooseTopics(connection, asked.topics, call)
  if (!chosen.ok) return chosen
  const { topics, missing } = chosen.value
  const partitions = topics.reduce((sum, one) => sum + one.partitions.length, 0)
  if (partitions > mostPartitions)
    return invalid(
      `topics: they have ${partitions} partitions together; a tail follows ${mostPartitions} at most. Choose fewer topics.`,
    )
  const names = topics.map(({ name }) => name)
  const from = asked.cursor === undefined ? null : parseTailCursor(asked.cursor, names)
  if (asked.cursor !== undefined && from === null)
    return invalid('cursor: this is not one that a tail has given out.')
  const giveUp = new AbortController()
  const steps = deps.scanner.tail(
    {
      connection: connection.id,
      topics: names,
      search: asked.search,
      nowMs: deps.clock.nowMs(),
      isolation: asked.isolation,
      choices: (await connection.reading?.choices(names)) ?? new Map(),
      limit: rowsPerStep,
      ...(from === null ? {} : { from: from as ScanPlaces }),
    },
    { signal: AbortSignal.any([call.signal, giveUp.signal]) },
  )
  const first = await steps.next()
  if (first.done) return first.value.ok ? succeed(nothing()) : fail(faultOf(first.value.error))
  const troubles = missing.map((topic) => ({
    detail: `The topic ${topic} does not exist.`,
    sinceMs: deps.clock.nowMs(),
  }))
  return succeed(framesOf(first.value, steps, troubles, giveUp, call))
}

async function* nothing(): AsyncGenerator<TailFrame, void, void> {}

type Trouble = { readonly detail: string; readonly sinceMs: number }

async function* framesOf(
  first: TailNews,
  steps: ReturnType<Scanner['tail']>,
  standing: readonly Trouble[],
  giveUp: AbortController,
  call: Call,
): AsyncGenerator<TailFrame, void, void> {
  try {
    let ratedAt = performance.now()
    let [scanned, matches, dropped, skipped] = [0n, 0n, 0n, 0n]
    const rateOf = (step: TailNews): TailFrame => {
      const now = performance.now()
      const seconds = Math.max(0.001, (now - ratedAt) / 1_000)
      const frame: TailFrame = {
        type: 'rate',
        perSecond: Number(scanned) / seconds,
        matchesPerSecond: Number(matches) / seconds,
        dropped: Number(dropped),
        behindMessages: Number(step.behind),
        skipped: Number(skipped),
        partitions: step.partitions,
        troubles: [
          ...standing,
          ...step.troubles.map(({ error, sinceMs }) => ({ detail: error.detail, sinceMs })),
        ],
        notes: [...step.notes],
        cursor: formatTailCursor(step.goOnAt),
      }
      ratedAt = now
      scanned = 0n
      matches = 0n
      return frame
    }
    // At once: the reader knows that it stands, and where to go on should it break off now.
    yield rateOf(first)
    for (;;) {
      const next = await steps.next()
      if (next.done) {
        if (!next.value.ok && !call.signal.aborted) throw new FaultError(faultOf(next.value.error))
        return
      }
      const step = next.value
      scanned += step.scannedMessages
      matches += step.matches
      dropped += step.matches - BigInt(step.rows.length)
      skipped += step.skipped
      if (step.rows.length > 0)
        yield { type: 'rows', rows: [...step.rows], cursor: formatTailCursor(step.goOnAt) }
      if (performance.now() - ratedAt >= rateEveryMs) yield rateOf(step)
    }
  } finally {
    giveUp.abort()
    void steps.return(succeed(null)).catch(() => {})
  }
}
