import { describe, expect, it } from 'vitest'
import { routes } from '#components/client/routes.ts'
import { outcomes } from '#server/contracts/choices.ts'
import type { ReplayReport, ReportedItem } from '#server/contracts/replay-report.ts'
import { replayItem, replaySummary } from '#server/contracts/replays.ts'
import { sayHowToCheck } from './replay-lines.ts'
import { jsonReport, markdownReport, type ReportForm, reportLinks } from './replay-report.ts'

const id = '7d3c1f0a-0000-4000-8000-000000000042'
const at = Date.UTC(2026, 10, 21, 3, 2, 11, 250)

const replay = replaySummary.parse({
  id,
  number: 42,
  state: 'done',
  createdAt: at + 60_000,
  startedBy: 'ada',
  reason: 'the card provider | is back',
  failureGroupId: 'a37c9b4b4d4c76d5',
  title: 'CardDeclinedException',
  targets: ['orders'],
  total: 3,
  sent: 2,
  pacePerSecond: 50,
  ratePerSecond: null,
  rateBytesPerSecond: null,
  remainingMs: null,
  outcomes: Object.fromEntries(
    outcomes.map((one) => [one, one === 'SETTLED' || one === 'UNKNOWN' || one === 'SKIPPED' ? 1 : 0]),
  ),
  finishedAt: at + 372_000,
  failure: null,
  sending: { mode: 'transactions', why: null },
  abortedCopies: 2,
  control: {
    bytesPerSecond: null,
    maxInFlight: null,
    inFlight: 0,
    startAt: null,
    paused: null,
    waitsFor: null,
    stopped: null,
    canary: null,
  },
  quiet: { quietMs: 30_000, why: 'the configured quiet period; no retry topic of orders is known' },
})

const now = { coordinates: 'c0'.repeat(32), outcomes: 'd1'.repeat(32) }
const kept = { start: { entry: '9', hash: now.coordinates }, end: null }
const report: ReplayReport = {
  reportedAt: at + 3_600_000,
  connection: { id: 'local', name: 'Local', environment: { name: 'production', production: true } },
  links: reportLinks('https://spillway.example/', 'local', id, 'a37c9b4b4d4c76d5'),
  replay,
  plan: {
    edit: null,
    planId: id,
    frozenAt: at,
    total: 4,
    ready: 3,
    targets: [{ topic: 'orders' as never, partitions: 6, count: 3 }],
    findings: [
      {
        severity: 'refused',
        code: 'already-settled',
        sentence: '1 was replayed before, and settled.',
        count: 1,
        letterIds: ['9'],
      },
    ],
    readers: [
      {
        group: 'payments',
        topic: 'orders' as never,
        lagMessages: '12',
        reads: { isolation: 'committed', declaredBy: 'ada', declaredAt: at },
      },
      {
        group: 'fraud_check',
        topic: 'orders' as never,
        lagMessages: null,
        reads: { isolation: 'unknown', declaredBy: null, declaredAt: null },
      },
    ],
    sending: { mode: 'transactions', why: null },
    guarantee: 'Exactly once for payments; unknown for fraud_check.',
    resent: 0,
    strippedHeaders: ['kafka_dlt-exception-fqcn'],
    addedHeaders: [{ name: 'x-replay-id', meaning: 'the replay' }],
    writeRefusedBecause: null,
    quietMs: 30_000,
    expiry: null,
    environment: { name: 'production', production: true },
    started: { replayId: id, number: 42, at: at + 60_000 },
  },
  unproven: [{ outcome: 'UNKNOWN', count: 1, proof: 'nobody reads orders' }],
  lines: { kept, now, howToCheck: sayHowToCheck(kept, now) },
  audit: [
    {
      id: '7',
      atMs: at + 60_000,
      actor: 'ada',
      action: 'start replay',
      target: id,
      connection: 'local',
      result: 'allowed',
      detail: '3 to orders at 50/s',
      reason: 'the card provider | is back',
      about: [{ kind: 'replay', id }],
      facts: null,
      previousHash: '0'.repeat(64),
      hash: 'ab'.repeat(32),
    },
  ],
}

const items: ReportedItem[] = [
  {
    ...replayItem.parse({
      id: '1',
      letterId: '101',
      source: { topic: 'orders-dlt', position: '0@9007199254740993' },
      keyText: 'order-4711',
      target: { topic: 'orders', position: '3@88213' },
      outcome: 'SETTLED',
      proof: 'consumed by payments by 2026-11-21 03:03:14 UTC (offset 88,213 committed)',
      sentAt: at + 61_000,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      returnedAs: null,
    }),
    number: 1,
    sourceTopicId: 'k3Yw',
    attempt: 1,
    readerGroup: 'payments',
    outcomeAt: at + 300_000,
    line: '1 k3Yw 0 9007199254740993 1 orders SETTLED 3@88213',
  },
  {
    ...replayItem.parse({
      id: '2',
      letterId: '102',
      source: { topic: 'orders-dlt', position: '1@7' },
      keyText: 'a|b *bold*\n<script>[x](y)',
      target: { topic: 'orders', position: null },
      outcome: 'SKIPPED',
      proof: 'not sent: replay #41 took it first',
      sentAt: null,
      traceId: null,
      returnedAs: null,
    }),
    number: 2,
    sourceTopicId: null,
    attempt: 2,
    readerGroup: null,
    outcomeAt: null,
    line: '2 orders-dlt 1 7 2 orders SKIPPED -',
  },
]

const write = (form: ReportForm, told = report, list = items) =>
  form.head(told) + list.map((item, index) => form.item(item, index, told)).join('') + form.end(list.length)

describe('the report of a replay', () => {
  it('in Markdown tells people all of it', async () => {
    await expect(write(markdownReport)).toMatchFileSnapshot('./fixtures/replay-report.md')
  })

  it('in Markdown says of one that runs that it has not ended, and of one without trouble that nothing is open', () => {
    const running = write(markdownReport, {
      ...report,
      replay: { ...replay, state: 'running', finishedAt: null, reason: '', sending: null, abortedCopies: 0 },
      unproven: [],
      audit: [],
    })
    expect(running).toContain('| Ended | not yet at 2026-11-21 04:02:11.250Z |')
    expect(running).toContain('| Why | no reason was given |')
    expect(running).toContain('Nothing: every item has an outcome with its proof.')
  })

  it('in Markdown keeps every line of its tables one line, whatever a key says', () => {
    const lines = write(markdownReport).split('\n')
    const last = lines.findLastIndex((line) => line.startsWith('| 2 |'))
    expect(lines[last]?.match(/(?<!\\)\|/g)).toHaveLength(10)
    expect(lines[last]).not.toMatch(/(?<!\\)<script/)
  })

  it.each([0, 1, 2])('in JSON loses nothing, of %i items', (count) => {
    const list = items.slice(0, count)
    expect(JSON.parse(write(jsonReport, report, list))).toEqual({ report, items: list, itemCount: count })
  })

  it('leads to the pages there are', () => {
    const root = 'https://spillway.example'
    expect(report.links).toEqual({
      replay: root + routes.replay('local', id),
      plan: root + routes.replayPlan('local', id),
      failureGroup: root + routes.failureGroup('local', 'a37c9b4b4d4c76d5'),
      audit: root + routes.audit('local', { target: id }),
    })
    const [first] = items
    if (!first) return
    const line = markdownReport.item(first, 0, report)
    expect(line).toContain(`(${root}${routes.deadLetter('local', '101')})`)
    expect(line).toContain(`(${root}${routes.message('local', 'orders', '3@88213')})`)
    expect(line).toContain(`(${root}${routes.trace('local', '0af7651916cd43dd8448eb211c80319c')})`)
  })
})
