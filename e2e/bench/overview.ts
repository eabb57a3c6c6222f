import type { ClientBase } from 'pg'
import { sumRound } from '../../server/domain/round-totals.ts'
import type { Database } from '../../server/repositories/database.ts'
import { insertSamples } from '../../server/repositories/lag-samples.ts'
import { acquireLease } from '../../server/repositories/leases.ts'
import { runUnhurried } from '../../server/repositories/run-unhurried.ts'
import { ensurePartitions } from '../../server/repositories/span-partitions.ts'
import type { Connection, Deps } from '../../server/services/deps.ts'
import { prepareOverview } from '../../server/services/prepare-overview.ts'
import { showOverview } from '../../server/services/show-overview.ts'
import { withBenchDatabase } from './bench-database.ts'
import { printResult, printSpread } from './print-result.ts'

const groups = 2_000
/** Of 20 partitions each: 10,000 in all. Samples are kept by topic. */
const topics = 500
const roundSeconds = 5
const asks = 60
const connection = 'bench'
const lease = { name: 'bench', fence: 1n }

/** An hour of rounds: each group reads one topic, one in ten has messages waiting, a hundred of those more every round. */
const fill = async (client: ClientBase): Promise<void> => {
  const rounds = `SELECT n, date_trunc('second', now()) - n * interval '${roundSeconds} seconds' AS at FROM generate_series(0, ${3_600 / roundSeconds}) AS n`
  await client.query(
    `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
     SELECT r.at, $1, 'group-' || g, 'topic-' || g % ${topics},
            lag, 1000000 + (720 - r.n) * 500, 1000000 + (720 - r.n) * 500 - lag, 3, 'stable'
     FROM (${rounds}) AS r, generate_series(1, ${groups}) AS g,
     LATERAL (SELECT CASE WHEN g % 20 = 0 THEN 5000 + (720 - r.n) * 20 WHEN g % 10 = 0 THEN 100 ELSE 0 END AS lag) AS l`,
    [connection],
  )
  await client.query(
    `INSERT INTO topic_sample (at, connection_id, topic, start_sum, end_sum, size_bytes)
     SELECT r.at, $1, 'topic-' || t, 0, 1000000 + (720 - r.n) * 500, 1000000 FROM (${rounds}) AS r, generate_series(0, ${topics - 1}) AS t`,
    [connection],
  )
  await client.query(
    `INSERT INTO span (day, trace_id, span_id, name, kind, service, start_ns, end_ns, status, attributes, resource, events, topic, group_id)
     SELECT (now() AT TIME ZONE 'UTC')::date, decode(lpad(to_hex(n), 32, '0'), 'hex'), decode(lpad(to_hex(n), 16, '0'), 'hex'), 'work',
            CASE WHEN n % 2 = 0 THEN 4 ELSE 5 END, 'service-' || n % 40,
            (extract(epoch FROM now()) * 1e9)::bigint - n::bigint * 10000000, (extract(epoch FROM now()) * 1e9)::bigint, 0,
            '{}', '{}', '[]', 'topic-' || n % ${topics}, CASE WHEN n % 2 = 1 THEN 'group-' || n % ${groups} END
     FROM generate_series(1, 60000) AS n`,
  )
  await client.query('ANALYZE')
}

const nextRound = () => ({
  groups: Array.from({ length: groups }, (_, g) => ({
    group: `group-${g}`,
    topic: `topic-${g % topics}`,
    lag: g % 10 === 0 ? 100n : 0n,
    endSum: 2_000_000n,
    committedSum: 1_999_900n,
    members: 3,
    state: 'stable',
  })),
  topics: Array.from({ length: topics }, (_, t) => ({
    topic: `topic-${t}`,
    startSum: 0n,
    endSum: 2_000_000n,
    sizeBytes: null,
  })),
  ageMs: 0,
})

/** What a page would do without care: every last sample of the hour, then the hour of what lags. */
const askNaively = async ({ pool }: Database): Promise<void> => {
  const { rows } = await pool.query<{ group_id: string; lag: string }>(
    `SELECT DISTINCT ON (group_id, topic) * FROM lag_sample
     WHERE connection_id = $1 AND at > now() - interval '1 hour' ORDER BY group_id, topic, at DESC`,
    [connection],
  )
  const lagging = rows.filter(({ lag }) => lag !== '0').map(({ group_id: group }) => group)
  await pool.query(
    `SELECT * FROM lag_sample WHERE connection_id = $1 AND at > now() - interval '1 hour' AND group_id = ANY($2)`,
    [connection, lagging],
  )
}

/** The overview of 2,000 groups and 10,000 partitions while rounds of samples are written, beside the naive queries. */
export const overviewBench = (): Promise<void> =>
  withBenchDatabase(async ({ db }) => {
    await ensurePartitions(db, Date.now())
    await runUnhurried(db, fill)
    await acquireLease(db, lease.name, 'bench', 3_600_000)
    const deps = { db, clock: { nowMs: () => Date.now() } } as unknown as Deps
    const shown = {
      id: connection,
      name: 'Bench',
      readOnly: false,
      registry: null,
      environment: { name: 'bench', colour: 'grey', production: false },
    } as unknown as Connection
    const ours: number[] = []
    const peer: number[] = []
    const call = { signal: AbortSignal.timeout(600_000) }
    let isOver = false
    const prepares: number[] = []
    const sampleOnce = async () => {
      const startedAt = performance.now()
      const round = nextRound()
      const atMs = await insertSamples(db, connection, round, lease)
      await prepareOverview(deps, shown, sumRound(atMs, round.groups, round.topics), lease)
      prepares.push(performance.now() - startedAt)
    }
    await sampleOnce()
    const sampling = (async () => {
      while (!isOver) {
        await sampleOnce()
        await new Promise((resolve) => setTimeout(resolve, roundSeconds * 1_000))
      }
    })()
    const time = async (into: number[], work: () => Promise<unknown>) => {
      const startedAt = performance.now()
      await work()
      into.push(performance.now() - startedAt)
    }
    for (let ask = 0; ask < asks; ask++) {
      await time(ours, () => showOverview(deps, shown, call))
      if (ask % 12 === 0) await time(peer, () => askNaively(db))
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    isOver = true
    await sampling
    console.log(
      `${groups} groups, ${topics} topics of 20 partitions, ${3_600 / roundSeconds} rounds, sampling goes on`,
    )
    printSpread('spillway, whole overview', ours, 'ms')
    printSpread('one round written', prepares, 'ms')
    printSpread('naive queries, lag only', peer, 'ms')
    printResult('overview', ours, peer, 'ms p95', {}, { share: 0.95 })
  })
