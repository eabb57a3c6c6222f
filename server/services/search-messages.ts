import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { parseSearch } from '#server/contracts/message-search.ts'
import type { messageStreamQuery, SearchFrame } from '#server/contracts/message-stream.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import { makeMessageMatcher } from '#server/domain/match-message.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { formatSearchCursor, parseSearchCursor, type SearchCursor } from '#server/domain/search-cursor.ts'
import type { Budget, Call } from '#server/ports/call.ts'
import type { ScanStep } from '#server/ports/scan.ts'
import type { ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { chooseTopics } from './choose-topics.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, FaultError, faultOf, invalid, notFound, searchProblemWords } from './fault.ts'
import { findWholeCursor, shortenCursor } from './long-cursors.ts'
import { findExpressionProblem } from './refine-by-expression.ts'
import { msOf, type Read, reportScan } from './report-scan.ts'

/** What is asked of a search, read by its contract. */
export type SearchInput = z.output<typeof messageStreamQuery>

const mostMessages = 1_000_000_000
const quietMs = 200

/**
 * Searches one or several topics in the order of time. All that can be told before reading is a fault: words that can
 * not be read (with their character), topics that do not exist, a budget beyond the installation's cap, a cursor of
 * another search. Then rows as they are found, progress at least every 200 ms, and the report with where to go on. The
 * scan waits while no frame is taken and ends with the signal.
 */
export const searchMessages = async (
  deps: Deps,
  connection: Connection,
  input: SearchInput,
  call: Call,
): Promise<Result<AsyncGenerator<SearchFrame, void, void>, Fault>> => {
  const prepared = await prepareSearch(deps, connection, input, call)
  return prepared.ok ? succeed(framesOf(deps, input, prepared.value, call)) : prepared
}

/** A scan that can be run, how many partitions it is for, and which topics that were asked for are not there. */
export type PreparedSearch = ScanTask & {
  readonly partitions: number
  readonly missing: readonly TopicName[]
}

/** Checks what is asked of a search before anything is read. */
export const prepareSearch = async (
  deps: Deps,
  connection: Connection,
  input: SearchInput,
  call: Call,
): Promise<Result<PreparedSearch, Fault>> => {
  if (!connection.broker.messages)
    return fail({ code: 'unsupported', detail: `Messages of ${connection.name} can not be read.` })
  const parsed = parseSearch(input.search)
  if (!parsed.ok) return invalid(searchProblemWords(parsed.problem))
  const unreadable = findExpressionProblem(parsed.terms)
  if (unreadable !== null) return invalid(unreadable)
  const budget = budgetOf(deps, input)
  if (!budget.ok) return budget
  const begun = await readCursor(deps, connection, input)
  if (!begun.ok) return begun
  const nowMs = begun.value?.nowMs ?? deps.clock.nowMs()
  const { partitions } = makeMessageMatcher(parsed.terms, nowMs)
  const found = await chooseTopics(connection, input.topics, call)
  if (!found.ok) return found
  const topics = pickPartitions(connection, found.value.topics, partitions)
  if (!topics.ok) return topics
  return succeed({
    missing: found.value.missing,
    partitions: topics.value.partitions,
    choices: (await connection.reading?.choices(topics.value.topics.map(({ topic }) => topic))) ?? new Map(),
    connection: connection.id,
    topics:
      begun.value === null
        ? topics.value.topics
        : topics.value.topics.filter(({ topic }) => begun.value?.goOnAt.has(topic)),
    search: input.search,
    nowMs,
    order: input.order,
    isolation: input.isolation,
    limit: input.limit,
    budget: budget.value,
    ...(begun.value === null ? {} : { goOnAt: begun.value.goOnAt, goOnWith: begun.value.goOnWith }),
  })
}

const budgetOf = ({ searchLimits }: Deps, { budgetBytes }: SearchInput): Result<Budget, Fault> => {
  if (budgetBytes !== undefined && budgetBytes > searchLimits.mostBytes)
    return invalid(
      `budgetBytes: ${budgetBytes} is more than one search may read here, ${searchLimits.mostBytes}. An administrator raises that by search.mostMegabytes in spillway.yaml.`,
    )
  return succeed({
    messages: mostMessages,
    bytes: budgetBytes ?? Math.min(searchLimits.budgetBytes, searchLimits.mostBytes),
    milliseconds: searchLimits.durationMs,
  })
}

/** Tells searches apart: a cursor goes on only with what it began with. */
const askedOf = (connection: ConnectionId, { topics, search, order, isolation }: SearchInput): string =>
  createHash('sha256')
    .update(JSON.stringify([connection, topics, search, order, isolation]))
    .digest('base64url')
    .slice(0, 10)

const readCursor = async (
  deps: Deps,
  connection: Connection,
  input: SearchInput,
): Promise<Result<SearchCursor | null, Fault>> => {
  if (input.cursor === undefined) return succeed(null)
  const text = await findWholeCursor(deps, input.cursor)
  if (text === null) return notFound('cursor: this search was begun too long ago; begin it anew.')
  const cursor = parseSearchCursor(text)
  return cursor === null || cursor.asked !== askedOf(connection.id, input)
    ? invalid('cursor: this is not one that this search has given out.')
    : succeed(cursor)
}

const writeCursor = async (
  deps: Deps,
  input: SearchInput,
  task: ScanTask,
  end: SearchEnd,
): Promise<string | null> => {
  if (end.goOnAt.size === 0) return null
  const { goOnAt, goOnWith } = end
  return shortenCursor(
    deps,
    formatSearchCursor({ asked: askedOf(task.connection, input), nowMs: task.nowMs, goOnAt, goOnWith }),
  )
}

type Chosen = Pick<PreparedSearch, 'topics' | 'partitions'>

/** What to read of the topics, or a fault where none has a partition that is searched. */
const pickPartitions = (
  connection: Connection,
  found: readonly TopicState[],
  wanted: readonly number[] | null,
): Result<Chosen, Fault> => {
  let count = 0
  const chosen = found.flatMap(({ name, partitions }) => {
    const own = partitions.map(({ partition }) => partition)
    const some = wanted === null ? own : own.filter((one) => wanted.includes(one))
    count += some.length
    return some.length === 0 ? [] : [{ topic: name, ...(wanted === null ? {} : { partitions: some }) }]
  })
  if (chosen.length > 0) return succeed({ topics: chosen, partitions: count })
  return wanted === null
    ? notFound(`There is no topic to search on ${connection.name}.`)
    : notFound(
        `${found.length === 1 ? `The topic ${found[0]?.name} has` : 'These topics have'} none of the partitions that are searched.`,
      )
}

/** Topics that were asked for and are not there, as notes of a report. */
export const notesOfMissing = ({ missing }: Pick<PreparedSearch, 'missing'>): string[] =>
  missing.map((topic) => `The topic ${topic} does not exist.`)

type Counts = Pick<ScanStep, 'scannedMessages' | 'scannedBytes' | 'matches' | 'settledMs' | 'spans'>

const framesOf = async function* (
  deps: Deps,
  input: SearchInput,
  { partitions, missing, ...task }: PreparedSearch,
  call: Call,
): AsyncGenerator<SearchFrame, void, void> {
  const startedAt = performance.now()
  const giveUp = new AbortController()
  const steps = deps.scanner.scan(task, { signal: AbortSignal.any([call.signal, giveUp.signal]) })
  let counts: Counts = { scannedMessages: 0n, scannedBytes: 0n, matches: 0n, settledMs: null }
  let registryProblem: string | null = null
  // Told by the first page only.
  const notes = input.cursor === undefined ? notesOfMissing({ missing }) : []
  const reportOf = (read: Omit<Read, 'topics'>) =>
    reportScan(
      { ...read, topics: task.topics.length, notes: [...notes, ...(read.notes ?? [])] },
      { startedAt, budget: task.budget, limits: deps.searchLimits },
    )
  const soFar = () => {
    const { settledMs: _, ...read } = counts
    return reportOf({ partitions, ...read })
  }
  try {
    yield { type: 'progress', scan: soFar(), settledMs: null }
    for (;;) {
      const pending = steps.next()
      let next = await nextWithin(pending, quietMs)
      while (next === null) {
        yield { type: 'progress', scan: soFar(), settledMs: msOf(counts.settledMs) }
        next = await nextWithin(pending, quietMs)
      }
      if (next.done) {
        const ended = next.value
        if (ended.ok) {
          const { stop, settledMs } = ended.value
          const nextCursor = await writeCursor(deps, input, task, ended.value)
          const scan = { ...reportOf(ended.value), stop }
          yield {
            type: 'done',
            scan: task.order === 'newest' ? scan : { ...scan, backToMs: null },
            settledMs: msOf(settledMs),
            nextCursor,
            registryProblem,
          }
        }
        // Who has gone wants to hear of no failure, which is that it has gone.
        else if (!call.signal.aborted) throw new FaultError(faultOf(ended.error))
        return
      }
      const { rows, registryProblem: problem, ...step } = next.value
      counts = step
      registryProblem = problem ?? registryProblem
      if (rows.length > 0) yield { type: 'rows', rows: [...rows] }
      yield { type: 'progress', scan: soFar(), settledMs: msOf(counts.settledMs) }
    }
  } finally {
    giveUp.abort()
    void steps.return(fail({ kind: 'timeout', detail: 'given up', source: 'broker' })).catch(() => {})
  }
}

/** What the promise resolves to, or null when that takes longer. */
const nextWithin = async <T>(promise: Promise<T>, ms: number): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
