import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { type Bench, openBench } from '../../server/services/dead-letter-fixture.ts'
import { makeLetters, planOf, recordsOf, sendAll, start } from '../../server/services/replay-fixture.ts'
import { withBenchStack } from './bench-database.ts'
import type { LiveLatencies } from './live-traffic.ts'
import { printResult, printSpread, quantileOf } from './print-result.ts'

const seconds = 15
const everyMs = 5
const paces = [50, 500] as const

/** How long live messages take to a group that reads committed and to one that does not, for some seconds. */
const measureLive = (brokers: string, topic: TopicName): Promise<LiveLatencies> =>
  new Promise((resolve, reject) => {
    const input = JSON.stringify({ brokers, topic, seconds, everyMs })
    const child = spawn(process.execPath, [join(import.meta.dirname, 'live-traffic.ts'), input], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
    })
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as LiveLatencies)
      else reject(new Error(`the live traffic ended with ${code}`))
    })
  })

/** The same while a replay writes to that topic in transactions at a pace. */
const measureBeside = async (
  bench: Bench,
  brokers: string,
  pacePerSecond: number,
): Promise<LiveLatencies> => {
  const count = Math.min(9_000, pacePerSecond * (seconds + 10))
  const { origin, letters } = await makeLetters(bench, `live-${pacePerSecond}`, count)
  await bench.index()
  // A database that has just been filled knows nothing of its tables yet.
  await bench.database.db.pool.query('ANALYZE')
  const { rows } = await bench.database.db.pool.query<{ id: string }>(
    'SELECT id FROM dead_letter WHERE topic = $1',
    [letters],
  )
  const plan = await planOf(bench, letters, { letterIds: rows.map(({ id }) => id) })
  const replay = await start(bench, plan, { pacePerSecond })
  const measuring = measureLive(brokers, origin)
  const sending = sendAll(bench, replay.id)
  const latencies = await measuring
  const copies = (await recordsOf(bench, origin)).filter(({ transactional }) => transactional).length
  console.log(`  ${copies} copies were sent beside ${latencies.length} live messages`)
  await sending
  return latencies
}

const committedOf = (latencies: LiveLatencies) => latencies.map(({ committed }) => committed)
const uncommittedOf = (latencies: LiveLatencies) => latencies.map(({ uncommitted }) => uncommitted)

/**
 * How long live messages take to readers of committed messages while a replay writes to their topic in transactions,
 * beside the same traffic alone, and beside what the same messages take to readers of everything: an open transaction
 * hides what comes behind it from the former alone, while what the replay takes of this machine delays both.
 */
export const liveBesideReplayBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const bench = await openBench(brokers, databaseUrl)
    try {
      const alone = await measureLive(brokers, await bench.makeTopic(`live-alone-${bench.suffix}`, 3))
      printSpread('live traffic alone', committedOf(alone), 'ms')
      for (const pace of paces) {
        const beside = await measureBeside(bench, brokers, pace)
        printSpread(`beside a replay, ${pace}/s`, committedOf(beside), 'ms')
        printSpread('  to readers of everything', uncommittedOf(beside), 'ms')
        const p99 = { share: 0.99 }
        printResult(
          `live-beside-replay-${pace}`,
          committedOf(beside),
          committedOf(alone),
          'ms p99',
          { uncommittedMsP99: quantileOf(uncommittedOf(beside), p99.share) },
          p99,
        )
      }
    } finally {
      await bench.dispose()
    }
  })
