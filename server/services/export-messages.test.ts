import { expect, it } from 'vitest'
import type { MessageRow } from '#server/contracts/messages.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { ScanEnd } from '#server/ports/scan.ts'
import type { Scanner, ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import { chunksOf, type Want } from './export-messages.ts'
import { unfollowed } from './running-exports.ts'

const topic = 'orders' as TopicName
const task = {
  partitions: 1,
  missing: [],
  connection: 'local' as ConnectionId,
  topics: [{ topic }],
  search: '',
  nowMs: 0,
  order: 'oldest' as const,
  isolation: 'committed' as const,
  limit: 1,
  budget: { messages: 1e9, bytes: 1e12, milliseconds: 60_000 },
  choices: new Map(),
  goOnWith: [] as never,
}
const side = {
  kind: 'text' as const,
  text: null,
  isJson: false,
  sizeBytes: 0,
  truncated: false,
  schema: null,
  problem: null,
  raw: null,
}
const rowOf = (offset: number): MessageRow => ({
  topic,
  partition: 0,
  offset: String(offset),
  position: `0-${offset}` as MessageRow['position'],
  timestampMs: offset,
  timestampType: 'create',
  key: side,
  value: side,
  headerCount: 0,
  sizeBytes: 0,
  isTombstone: false,
  traceId: null,
})
const counts = { scannedMessages: 1n, scannedBytes: 1n, matches: 1n, settledMs: null }

/** A scan of messages at offsets from 0 on, each a line of so many characters, a step for each. */
const scannerOf = (messages: number, lineChars: number, lost: (page: number) => ScanEnd['lost']) => {
  const limits: number[] = []
  const scan = async function* ({ limit, goOnAt }: ScanTask) {
    limits.push(limit)
    const from = Number(goOnAt?.get(topic)?.get(0) ?? 0)
    const to = Math.min(messages, from + limit)
    for (let at = from; at < to; at++)
      yield {
        ...counts,
        rows: [rowOf(at)],
        lines: [`${at} ${'x'.repeat(lineChars)}\n`],
        registryProblem: null,
      }
    return succeed({
      ...counts,
      partitions: 1,
      spans: [{ topic, partition: 0, from: BigInt(from), to: BigInt(to), messages: BigInt(to - from) }],
      stop: to < messages ? ('enough' as const) : ('end' as const),
      coveredMs: { from: null, to: null },
      errors: [],
      heldBack: [],
      lost: lost(limits.length),
      goOnAt: to < messages ? new Map([[topic, new Map([[0, BigInt(to)]])]]) : new Map(),
      goOnWith: [] as never,
    })
  }
  return { scanner: { scan, dispose: async () => {} } as unknown as Scanner, limits }
}
const exportAll = async (scanner: Scanner, more: Partial<Want> = {}): Promise<string[]> => {
  const searchLimits = { budgetBytes: 1e12, mostBytes: 1e12, durationMs: 60_000 } as never
  const { goOnWith: _, ...prepared } = task
  const call = { signal: new AbortController().signal }
  const want = { form: 'jsonl', limit: 1_000, report: true, run: unfollowed, ...more } as const
  const parts: Uint8Array[] = []
  for await (const part of chunksOf({ scanner, searchLimits }, prepared, want, call)) parts.push(part)
  return Buffer.concat(parts).toString('utf8').trimEnd().split('\n')
}

it('offsets that an earlier page lost are told at the end, and it is not complete', async () => {
  const gone = [{ topic, partition: 0, from: 2n, to: 5n }]
  const { scanner } = scannerOf(30, 10, (page) => (page === 1 ? gone : []))
  const lines = await exportAll(scanner)
  const lost = [{ topic, partition: 0, from: '2', to: '5' }]
  expect(JSON.parse(lines.at(-1) ?? '').scan).toMatchObject({
    exported: 30,
    complete: false,
    stop: 'end',
    lost,
  })
})

it('a page of large messages is given up for a shorter one, and none is lost', async () => {
  const { scanner, limits } = scannerOf(25, 6 * 1024 * 1024, () => [])
  const lines = await exportAll(scanner)
  expect(lines.slice(0, -1).map((line) => Number(line.split(' ')[0]))).toEqual([...Array(25).keys()])
  expect(limits[0]).toBe(10)
  expect(Math.max(...limits.slice(1))).toBeLessThanOrEqual(5)
  expect(JSON.parse(lines.at(-1) ?? '').scan).toMatchObject({
    exported: 25,
    complete: true,
    // Of all pages, as one.
    ranges: [{ topic, partition: 0, from: '0', to: '25', messages: '25' }],
  })
})

it('a scan that fails after a page leaves what was found, and the last line says why it is not the whole', async () => {
  const { scanner, limits } = scannerOf(30, 10, () => [])
  const failing = {
    ...scanner,
    scan: async function* (...asked: Parameters<Scanner['scan']>) {
      if (limits.length === 0) return yield* scanner.scan(...asked)
      return fail({ kind: 'unreachable', source: 'broker', detail: 'The broker is gone.' })
    },
  } as unknown as Scanner
  const lines = await exportAll(failing)
  expect(lines).toHaveLength(11)
  expect(JSON.parse(lines.at(-1) ?? '').scan).toMatchObject({
    exported: 10,
    complete: false,
    stop: 'error',
    problem: 'The broker is gone.',
  })
  limits.length = 0
  await expect(exportAll(failing, { report: false })).rejects.toThrow('The broker is gone.')
})

it('one that is cancelled keeps what was written and says so', async () => {
  const cancelling = new AbortController()
  const written: number[] = []
  const run = {
    ...unfollowed,
    cancelled: cancelling.signal,
    haveWritten: (rows: number) => {
      written.push(rows)
      cancelling.abort()
    },
  }
  const lines = await exportAll(scannerOf(30, 10, () => []).scanner, { run })
  expect(written).toEqual([10, 0])
  expect(lines).toHaveLength(11)
  expect(JSON.parse(lines.at(-1) ?? '').scan).toMatchObject({
    exported: 10,
    stop: 'cancelled',
    complete: false,
  })
})

it('without a report every file breaks off that is not the whole, and one of as many as were asked for does not', async () => {
  const ending = (more: Partial<SearchEnd>): Scanner => {
    const { scanner } = scannerOf(5, 10, () => [])
    const scan: Scanner['scan'] = async function* (...asked) {
      const end = yield* scanner.scan(...asked)
      return end.ok ? succeed({ ...end.value, ...more }) : end
    }
    return { ...scanner, scan }
  }
  const exportBare = (scanner: Scanner, more: Partial<Want> = {}) =>
    exportAll(scanner, { ...more, report: false })
  const gone = [{ topic, partition: 0, from: 2n, to: 5n }]
  await expect(exportBare(ending({ lost: gone }))).rejects.toThrow('deleted while they were read')
  await expect(exportBare(ending({ notes: ['2 messages could not be judged.'] }))).rejects.toThrow(
    '2 messages could not be judged.',
  )
  await expect(exportBare(ending({ stop: 'budget' }))).rejects.toThrow('used up before its end')
  const cancelling = new AbortController()
  const run = { ...unfollowed, cancelled: cancelling.signal, haveWritten: () => cancelling.abort() }
  await expect(exportBare(scannerOf(30, 10, () => []).scanner, { run })).rejects.toThrow('was cancelled')
  await expect(exportBare(ending({}))).resolves.toHaveLength(5)
  await expect(exportBare(scannerOf(30, 10, () => []).scanner, { limit: 12 })).resolves.toHaveLength(12)
})
