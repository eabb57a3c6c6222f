import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { loadavg } from 'node:os'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { inSendingOrder } from '../../server/domain/plan-order.ts'
import { insertPlan } from '../../server/repositories/insert-plan.ts'
import type { NewReplayItem } from '../../server/repositories/replays.ts'
import {
  type Bench,
  good,
  openBench,
  outgoing,
  springHeaders,
} from '../../server/services/dead-letter-fixture.ts'
import { sendAll } from '../../server/services/replay-fixture.ts'
import { startReplay } from '../../server/services/start-replay.ts'
import { withBenchStack } from './bench-database.ts'
import { printResult, printSpread } from './print-result.ts'

const letters = Number(process.env.BENCH_RECORDS ?? 120_000)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const partitions = 3
const valueBytes = 1_000
const atOnce = 5_000
/** As fast as it goes. */
const pacePerSecond = 100_000

const fill = async (bench: Bench, topic: string, origin: string): Promise<void> => {
  const filler = 'lorem ipsum dolor sit amet '.repeat(40)
  for (let from = 0; from < letters; from += atOnce)
    await bench.send(
      Array.from({ length: Math.min(atOnce, letters - from) }, (_, place) => {
        const index = from + place
        const value = `{"order":${index},"note":"${filler}`.slice(0, valueBytes - 2)
        return outgoing(topic, {
          partition: index % partitions,
          key: `order-${index}`,
          value: `${value}"}`,
          headers: springHeaders({ topic: origin, partition: index % partitions, offset: BigInt(index) }),
        })
      }),
    )
}

type LetterRow = {
  id: string
  partition: number
  offset: string
  origin_partition: number
  origin_offset: string
  key_text: string
}

/** A plan of all letters, as `planReplay` keeps it: that itself takes 10,000 at a time. */
const planAll = async (bench: Bench, topic: string, target: TopicName, attempt: number): Promise<string> => {
  const { db } = bench.database
  const found = await good(bench.connection.broker.topics.find(topic as TopicName, bench.call()))
  const { rows } = await db.pool.query<LetterRow>(
    'SELECT id, partition, "offset", origin_partition, origin_offset, key_text FROM dead_letter WHERE topic = $1',
    [topic],
  )
  const items = inSendingOrder(rows, (row) => ({
    id: BigInt(row.id),
    diedAtMs: 0,
    originTopic: target,
    originPartition: row.origin_partition,
    originOffset: BigInt(row.origin_offset),
  })).map(
    (row): NewReplayItem => ({
      letterId: BigInt(row.id),
      sourceTopic: topic,
      sourcePartition: row.partition,
      sourceOffset: BigInt(row.offset),
      sourceTopicId: found.topicId,
      keyText: row.key_text,
      targetTopic: target,
      targetPartition: row.origin_partition,
      readerGroup: null,
      traceId: null,
      attempt,
      rehydrated: false,
      copyTraceId: null,
    }),
  )
  const id = randomUUID()
  const plan = {
    frozenAt: Date.now(),
    total: items.length,
    ready: items.length,
    targets: [{ topic: target, partitions, count: items.length }],
    findings: [],
    readers: [],
    strippedHeaders: [],
    addedHeaders: [],
    writeRefusedBecause: null,
    environment: { name: 'bench', production: false },
  }
  const { connection } = bench
  const head = { id, connectionId: connection.id, title: 'bench', failureGroupId: null, targets: [target] }
  await insertPlan(db, { ...head, plan }, items)
  await db.pool.query('ANALYZE')
  return id
}

/** Messages a second of a replay of all letters, from its first step to the last copy written down. */
const replayOnce = async (bench: Bench, topic: string, round: number): Promise<number> => {
  const target = await bench.makeTopic(`bench-replay-${round}-${bench.suffix}`, partitions)
  const id = await planAll(bench, topic, target, round)
  await good(
    startReplay(
      bench.deps,
      bench.connection,
      bench.actor,
      { planId: id, pacePerSecond, reason: '', canary: false },
      bench.call(),
    ),
  )
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await sendAll(bench, id)
  const tookMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  const { rows } = await bench.database.db.pool.query<{ sent: number }>(
    `SELECT count(*)::int AS sent FROM replay_item WHERE replay_id = $1 AND outcome = 'SENT' AND target_offset IS NOT NULL`,
    [id],
  )
  if (rows[0]?.sent !== letters) throw new Error(`${rows[0]?.sent} of ${letters} were sent`)
  console.log(
    `  round ${round}: ${Math.round((letters * 1_000) / tookMs)} messages/s, ${((user + system) / 10 / tookMs).toFixed(0)} % of a core in this process, load ${loadavg()[0]?.toFixed(1)}`,
  )
  // Its letters are free for the next round.
  await bench.database.db.pool.query('DELETE FROM replay WHERE id = $1', [id])
  await bench.deleteTopic(target)
  return (letters * 1_000) / tookMs
}

/** The same letters by kcat into kcat, as an operator has it: without headers, transactions or a memory of what was sent. */
const pipeOnce = async (bench: Bench, brokers: string, topic: string, round: number): Promise<number> => {
  const target = await bench.makeTopic(`bench-kcat-${round}-${bench.suffix}`, partitions)
  const startedAt = performance.now()
  const command = `kcat -C -b ${brokers} -t ${topic} -o beginning -e -q -f '%k\\t%s\\n' | kcat -P -b ${brokers} -t ${target} -K '\\t'`
  await new Promise<void>((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`kcat ended with ${code}`))))
  })
  const tookMs = performance.now() - startedAt
  await bench.deleteTopic(target)
  return (letters * 1_000) / tookMs
}

/** Replays letters of 1 KB as fast as it goes, in transactions with the ledger, beside kcat piped into kcat. */
export const replayBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const hasKcat = spawnSync('kcat', ['-V']).error === undefined
    if (!hasKcat) console.log('kcat is not installed: no peer')
    const bench = await openBench(brokers, databaseUrl)
    try {
      const origin = await bench.makeTopic(`bench-origin-${bench.suffix}`, partitions)
      const topic = await bench.makeTopic(`${origin}-dlt`, partitions)
      await fill(bench, topic, origin)
      await bench.index()
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let round = 1; round <= rounds; round++) {
        ours.push(await replayOnce(bench, topic, round))
        if (hasKcat) theirs.push(await pipeOnce(bench, brokers, topic, round))
      }
      printSpread('spillway, exactly once', ours, 'messages/s')
      if (hasKcat) printSpread('kcat | kcat', theirs, 'messages/s')
      const load = Number((loadavg()[0] ?? 0).toFixed(1))
      printResult('replay', ours, theirs, 'messages/s', { load }, { moreIsBetter: true })
    } finally {
      await bench.dispose()
    }
  })
