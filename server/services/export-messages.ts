import type { z } from 'zod'
import type { ExportReport, exportMessagesQuery } from '#server/contracts/export-messages.ts'
import { joinRanges } from '#server/contracts/join-ranges.ts'
import type { MessageRow } from '#server/contracts/messages.ts'
import type { ScannedRange } from '#server/contracts/scanned-ranges.ts'
import { csvColumns, csvLine } from '#server/domain/message-csv.ts'
import { inOrderOf } from '#server/domain/message-order.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanEnd } from '#server/ports/scan.ts'
import type { LineForm, ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, FaultError, faultOf } from './fault.ts'
import { reportRanges } from './report-ranges.ts'
import { reportScan } from './report-scan.ts'
import { type ExportRun, endOf, unfollowed } from './running-exports.ts'
import { notesOfMissing, type PreparedSearch, prepareSearch } from './search-messages.ts'

type Query = z.output<typeof exportMessagesQuery>

/** Bytes of a file on their way. */
export type ExportFile = {
  readonly contentType: string
  readonly fileName: string
  readonly chunks: AsyncGenerator<Uint8Array, void, void>
}

const contentTypes = { jsonl: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const
/** Lines of a page are put in order before they are written: that many bytes are held at once, about. */
const pageBytes = 4 * 1024 * 1024
const firstPage = 10
const largestPage = 5_000
/** A page that turns out to hold more than this is given up for a shorter one. */
const mostHeldChars = 8 * pageBytes

type Placed = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly line: string
}
const placedOf = ({ topic, partition, offset, timestampMs }: MessageRow, line: string): Placed => ({
  topic,
  partition,
  offset: BigInt(offset),
  timestampMs: BigInt(timestampMs ?? -1),
  line,
})

/**
 * Messages that fit a search as a file, in the order of the search, each whole: written page by page as they are found,
 * so that neither the number of messages nor a slow reader takes memory. Ends with the scan's report; without one, a file
 * that is not the whole, also one that was cancelled, throws a FaultError at its end, so that it breaks off. All that can
 * be told before reading is a fault, as with a search. The scan ends with the signal. Under `exportId` it tells how far
 * it is, and can be cancelled.
 */
export const exportMessages = async (
  deps: Deps,
  connection: Connection,
  query: Query,
  call: Call,
): Promise<Result<ExportFile, Fault>> => {
  const { format, safe, limit, report, exportId, ...search } = query
  const run = exportId === undefined ? unfollowed : deps.exports.begin(connection.id, exportId, call.signal)
  if (run === null) return fail({ code: 'conflict', detail: 'An export of this id is being written.' })
  const input = { ...search, budgetBytes: search.budgetBytes ?? deps.searchLimits.mostBytes, limit: 1 }
  const prepared = await prepareSearch(deps, connection, input, call).catch((error: unknown) => {
    run.fail(failedWords)
    throw error
  })
  if (!prepared.ok) {
    run.fail(prepared.error.detail)
    return prepared
  }
  const form: LineForm = format === 'jsonl' ? 'jsonl' : safe ? 'csv-safe' : 'csv'
  const names = query.topics === '*' ? 'all-topics' : query.topics.slice(0, 3).join('+')
  const at = new Date(deps.clock.nowMs()).toISOString().slice(0, 19).replaceAll(':', '-')
  return succeed({
    contentType: contentTypes[format],
    fileName: `${names}-${at}.${format}`,
    chunks: followed(chunksOf(deps, prepared.value, { form, limit, report, run }, call), run),
  })
}

const failedWords = 'Spillway has failed; its log says why.'

/** Tells who follows of an error that nothing else tells of. */
const followed = async function* (
  chunks: AsyncGenerator<Uint8Array, void, void>,
  run: ExportRun,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* chunks
  } catch (error) {
    if (!(error instanceof FaultError)) run.fail(failedWords)
    throw error
  }
}

/** Which file a search becomes, and who follows it. */
export type Want = {
  readonly form: LineForm
  readonly limit: number
  readonly report: boolean
  readonly run: ExportRun
}
type Sums = {
  scannedMessages: bigint
  scannedBytes: bigint
  exported: number
  registryProblem: string | null
  /** Told by the first page only. */
  heldBack: ScanEnd['heldBack']
  /** What touches is one: pages are many. */
  ranges: readonly ScannedRange[]
  readonly lost: ScanEnd['lost'][number][]
  readonly errors: ScanEnd['errors'][number][]
  readonly notes: string[]
}

/** The file of a search in pieces. Exported for its tests. */
export const chunksOf = async function* (
  deps: Pick<Deps, 'scanner' | 'searchLimits'>,
  prepared: PreparedSearch,
  { form, limit, report, run }: Want,
  reader: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder()
  const startedAt = performance.now()
  const { partitions, missing, ...task } = prepared
  const sums: Sums = {
    scannedMessages: 0n,
    scannedBytes: 0n,
    exported: 0,
    registryProblem: null,
    heldBack: [],
    ranges: [],
    lost: [],
    errors: [],
    notes: notesOfMissing({ missing }),
  }
  const call = { signal: AbortSignal.any([reader.signal, run.cancelled]) }
  const give = function* (text: string, rows: number): Generator<Uint8Array, void, void> {
    if (text === '') return
    const bytes = encoder.encode(text)
    yield bytes
    run.haveWritten(rows, bytes.byteLength)
  }
  const end = function* (stop: ScanEnd['stop'], problem: string | null): Generator<Uint8Array, void, void> {
    const told = reportOf(deps, { task, partitions, limit, sums, stop, problem, startedAt })
    const text = JSON.stringify({ scan: told })
    if (report) yield* give(form === 'jsonl' ? `${text}\n` : `# ${text}\r\n`, 0)
    run.end(told)
    const why = report ? null : whyNotWhole(told)
    if (why !== null) throw new FaultError({ code: 'internal', detail: why })
  }
  if (form !== 'jsonl') yield* give(csvLine([...csvColumns]), 0)
  let page = firstPage
  let rest: Partial<Pick<ScanTask, 'goOnAt' | 'goOnWith'>> = {}
  for (;;) {
    const wanted = Math.min(page, limit - sums.exported)
    const next: ScanTask = {
      ...task,
      ...rest,
      topics: task.topics.filter(({ topic }) => rest.goOnAt?.has(topic) ?? true),
      limit: wanted,
      lines: form,
      budget: { ...task.budget, bytes: task.budget.bytes - Number(sums.scannedBytes) },
    }
    const read = await readPage(deps, next, sums, run, call)
    if (reader.signal.aborted) return
    if (run.cancelled.aborted) return yield* end('cancelled', null)
    if (!read.ok) return yield* end('error', read.problem)
    if ('shorter' in read) {
      page = read.shorter
      continue
    }
    const { end: part, lines } = read
    const text = lines.join('')
    sums.exported += lines.length
    yield* give(text, lines.length)
    const mean = lines.length === 0 ? 1 : text.length / lines.length
    page = Math.max(1, Math.min(largestPage, Math.floor(pageBytes / mean)))
    const isOver = part.stop !== 'enough' || part.goOnAt.size === 0 || sums.exported >= limit
    if (isOver || Number(sums.scannedBytes) >= task.budget.bytes)
      return yield* end(isOver ? part.stop : 'budget', null)
    rest = { goOnAt: part.goOnAt, goOnWith: part.goOnWith }
  }
}

/** Why a file is not what was asked for, in the words of its report; null: it is. */
const whyNotWhole = (report: ExportReport): string | null => {
  const state = endOf(report)
  if (state === 'complete' || state === 'limited') return null
  if (state === 'cancelled') return 'The export was cancelled.'
  return (
    report.problem ??
    report.errors[0]?.detail ??
    report.notes?.[0] ??
    ((report.lost ?? []).length > 0
      ? 'Messages were deleted while they were read.'
      : 'The bytes or the time that an export may take were used up before its end.')
  )
}

type Page =
  | { readonly ok: true; readonly shorter: number }
  | { readonly ok: true; readonly end: SearchEnd; readonly lines: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** The next messages in the order of the search; none of a later page comes before them. `shorter`: too much to be held. */
const readPage = async (
  deps: Pick<Deps, 'scanner'>,
  task: ScanTask,
  sums: Sums,
  run: ExportRun,
  call: Call,
): Promise<Page> => {
  const found: Placed[] = []
  const inOrder = inOrderOf(task.order)
  let heldChars = 0
  for await (const step of stepsOf(deps, task, call)) {
    if ('end' in step) {
      if (!step.end.ok) return { ok: false, problem: faultOf(step.end.error).detail }
      const end = step.end.value
      sums.scannedMessages += end.scannedMessages
      sums.scannedBytes += end.scannedBytes
      if (task.goOnAt === undefined) sums.heldBack = end.heldBack
      sums.ranges = joinRanges([...sums.ranges, ...reportRanges(end.spans)])
      sums.lost.push(...end.lost)
      sums.errors.push(...end.errors)
      sums.notes.push(...(end.notes ?? []))
      return {
        ok: true,
        end,
        lines: found
          .sort(inOrder)
          .slice(0, task.limit)
          .map(({ line }) => line),
      }
    }
    const { rows, lines = [], registryProblem, scannedMessages, scannedBytes } = step.news
    run.haveRead(sums.scannedMessages + scannedMessages, sums.scannedBytes + scannedBytes)
    sums.registryProblem = registryProblem ?? sums.registryProblem
    for (const [index, row] of rows.entries()) found.push(placedOf(row, lines[index] ?? ''))
    heldChars += lines.reduce((sum, line) => sum + line.length, 0)
    // What can not be among the first any more need not be held.
    if (found.length > task.limit * 2 || heldChars > mostHeldChars) {
      found.sort(inOrder).splice(task.limit)
      heldChars = found.reduce((sum, { line }) => sum + line.length, 0)
    }
    if (heldChars > mostHeldChars && task.limit > 1)
      return {
        ok: true,
        shorter: Math.max(1, Math.min(task.limit >> 1, Math.floor((found.length * pageBytes) / heldChars))),
      }
  }
  return { ok: false, problem: 'The scan ended without a word.' }
}

const stepsOf = async function* (deps: Pick<Deps, 'scanner'>, task: ScanTask, call: Call) {
  const giveUp = new AbortController()
  const steps = deps.scanner.scan(task, { signal: AbortSignal.any([call.signal, giveUp.signal]) })
  try {
    for (;;) {
      const next = await steps.next()
      if (next.done) {
        yield { end: next.value }
        return
      }
      yield { news: next.value }
    }
  } finally {
    giveUp.abort()
  }
}

const reportOf = (
  deps: Pick<Deps, 'searchLimits'>,
  {
    task,
    partitions,
    limit,
    sums,
    stop,
    problem,
    startedAt,
  }: {
    readonly task: ScanTask
    readonly partitions: number
    readonly limit: number
    readonly sums: Sums
    readonly stop: ScanEnd['stop']
    readonly problem: string | null
    readonly startedAt: number
  },
): ExportReport => ({
  exported: sums.exported,
  limit,
  complete: stop === 'end' && sums.errors.length + sums.lost.length + sums.notes.length === 0,
  stop,
  problem,
  registryProblem: sums.registryProblem,
  ...reportScan(
    { ...sums, partitions, topics: task.topics.length },
    { startedAt, budget: task.budget, limits: deps.searchLimits },
  ),
  ranges: [...sums.ranges],
})
