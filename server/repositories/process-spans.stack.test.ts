import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import { nameOfPlace, readProcessSpans } from './process-spans.ts'
import { writeSpans } from './spans.ts'
import { makeSpan } from './spans-fixture.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
const startNs = 1_795_239_455_000_000_000n
const sinceMs = Number(startNs / 1_000_000n) - 1_000
const place = { topic: 'orders', partition: 3, offset: 9007199254740993n }
const processing = (parts: Partial<SpanRecord> = {}): Partial<SpanRecord> => ({
  kind: 5,
  service: 'payments',
  name: 'process orders',
  startNs,
  endNs: startNs + 41_000_000n,
  message: { ...place, group: 'payments' },
  ...parts,
})

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

const read = async (chain: readonly string[] = ['orders-retry-0', 'orders-dlt']) =>
  (await readProcessSpans(database.db, [place], sinceMs, chain)).get(nameOfPlace(place)) ?? []

describe('spans that processed a record', () => {
  it('are those of consumers at its exact place, since then, without polls and sending', async () => {
    const other = (offset: bigint) => ({ ...place, offset, group: 'payments' })
    await writeSpans(database.db, [
      makeSpan(1, 1, processing()),
      makeSpan(1, 2, processing({ message: other(place.offset + 1n) })),
      makeSpan(1, 3, processing({ attributesJson: '{"messaging.operation.type":"receive"}' })),
      makeSpan(1, 4, processing({ kind: 4 })),
      makeSpan(1, 5, processing({ startNs: startNs - 3_600_000_000_000n })),
    ])
    expect(await read()).toMatchObject([
      {
        service: 'payments',
        group: 'payments',
        status: 'unset',
        durationNs: 41_000_000n,
        sentOnTo: null,
        startNs,
      },
    ])
  })

  it('tell what their trace sent into the chain from their start on, not before and not elsewhere', async () => {
    const sent = (topic: string, at: bigint): Partial<SpanRecord> => ({
      kind: 4,
      startNs: at,
      endNs: at + 1_000n,
      message: { topic, partition: null, offset: null, group: null },
    })
    await writeSpans(database.db, [
      makeSpan(1, 10, sent('orders-dlt', startNs - 1_000n)),
      makeSpan(1, 11, sent('shipments', startNs + 1_000n)),
      makeSpan(2, 12, sent('orders-dlt', startNs + 1_000n)),
    ])
    expect((await read())[0]?.sentOnTo).toBeNull()
    await writeSpans(database.db, [makeSpan(1, 13, sent('orders-retry-0', startNs + 2_000n))])
    expect((await read())[0]?.sentOnTo).toBe('orders-retry-0')
    expect((await read([]))[0]?.sentOnTo).toBeNull()
  })
})
