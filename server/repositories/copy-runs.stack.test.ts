import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { joinItemsAt, keepRunsOf } from './copy-runs.ts'
import { listMessageReplays } from './message-replays.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

const pool = () => database.db.pool
let number = 0

const makeReplay = async (connectionId: string, items: number): Promise<{ id: string; ids: string[] }> => {
  const id = randomUUID()
  number += 1
  await pool().query(
    `INSERT INTO replay (id, number, connection_id, state, title, targets, plan, started_at)
     VALUES ($1, $2, $3, 'following', 'x', '{a}', '{}', now())`,
    [id, number, connectionId],
  )
  const { rows } = await pool().query<{ id: string }>(
    `INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, target_topic)
     SELECT $1, n, n, 'a-dlt', 0, n, 'a' FROM generate_series(1, $2::int) AS n RETURNING id`,
    [id, items],
  )
  return { id, ids: rows.map((row) => row.id) }
}

type Place = { readonly partition: number; readonly offset: number }

/** Puts copies of items at places, as sending does. */
const send = (
  ids: readonly string[],
  places: readonly Place[],
  client: Pick<pg.ClientBase, 'query'> = pool(),
) =>
  client.query(
    `WITH sent AS (
       UPDATE replay_item AS i SET outcome = 'SENT', target_partition = n.partition, target_offset = n."offset"
       FROM unnest($1::int8[], $2::int4[], $3::int8[]) AS n(id, partition, "offset") WHERE i.id = n.id
       RETURNING i.id, i.replay_id, i.target_topic, i.target_partition, i.target_offset)
     ${keepRunsOf('sent')}`,
    [ids, places.map(({ partition }) => partition), places.map(({ offset }) => offset)],
  )

const findAt = async (place: Place): Promise<string[]> => {
  const { rows } = await pool().query<{ id: string }>(
    `SELECT i.id FROM (VALUES ('a', $1::int4, $2::int8)) AS at(topic, partition, "offset")
     ${joinItemsAt('at.topic', 'at.partition', 'at."offset"')} ORDER BY i.id`,
    [place.partition, place.offset],
  )
  return rows.map((row) => row.id)
}

const place = fc.record({ partition: fc.nat(1), offset: fc.nat(2_100) })
const places = fc.uniqueArray(place, {
  selector: ({ partition, offset }) => `${partition}@${offset}`,
  maxLength: 60,
})
const neighbours = fc
  .tuple(fc.nat(1), fc.integer({ min: 950, max: 1_050 }), fc.integer({ min: 1, max: 100 }))
  .map(([partition, from, count]): Place[] =>
    Array.from({ length: count }, (_, index) => ({ partition, offset: from + index })),
  )

describe('where copies stand', () => {
  it('is found for every copy, whatever gaps are between them and however many were sent at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(places, neighbours), fc.nat(60), async (all, first) => {
        await pool().query('DELETE FROM replay')
        const { ids } = await makeReplay('local', all.length)
        await send(ids.slice(0, first), all.slice(0, first))
        await send(ids.slice(first), all.slice(first))
        for (const [index, one] of all.entries()) expect(await findAt(one)).toEqual([ids[index]])
        const taken = new Set(all.map(({ partition, offset }) => `${partition}@${offset}`))
        for (const { partition, offset } of all)
          if (!taken.has(`${partition}@${offset + 1}`))
            expect(await findAt({ partition, offset: offset + 1 })).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  it('is told again where a batch is written down twice', async () => {
    await pool().query('DELETE FROM replay')
    const { ids } = await makeReplay('local', 3)
    const at = (offset: number): Place => ({ partition: 0, offset })
    await send(ids.slice(0, 1), [at(7)])
    await send(ids, [at(7), at(8), at(9)])
    expect(await Promise.all([7, 8, 9].map((offset) => findAt(at(offset))))).toEqual(ids.map((id) => [id]))
  })

  it('is told of the replays of one connection, though another has the same places', async () => {
    await pool().query('DELETE FROM replay')
    const here = await makeReplay('local', 1)
    const there = await makeReplay('other', 1)
    for (const { ids } of [here, there]) await send(ids, [{ partition: 0, offset: 5 }])
    const found = await listMessageReplays(database.db, 'local', { topic: 'a', partition: 0, offset: 5n }, 10)
    expect(found.map(({ replayId, role }) => [replayId, role])).toEqual([[here.id, 'copy']])
  })
})

it('leaves an item where it is in its indexes when its outcome changes', async () => {
  await pool().query('DELETE FROM replay')
  const { ids } = await makeReplay('local', 5)
  const client = await pool().connect()
  try {
    await client.query('BEGIN')
    const changes = async () =>
      (
        await client.query<{ all: number; hot: number }>(
          `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot FROM pg_stat_xact_user_tables WHERE relname = 'replay_item'`,
        )
      ).rows[0] ?? { all: 0, hot: 0 }
    const before = await changes()
    await send(
      ids,
      ids.map((_, offset) => ({ partition: 0, offset })),
      client,
    )
    const { all, hot } = await changes()
    expect({ all: all - before.all, hot: hot - before.hot }).toEqual({ all: 5, hot: 5 })
    await client.query('ROLLBACK')
  } finally {
    client.release()
  }
})
