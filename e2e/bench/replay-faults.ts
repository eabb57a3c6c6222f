import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompressionTypes } from 'kafkajs'
import { readReplay } from '../../server/repositories/replays.ts'
import { startTcpFaultProxy } from '../../server/sandbox/stack/fault-proxy.ts'
import { findFreePort } from '../../server/sandbox/stack/free-port.ts'
import { type RunningStack, startStack } from '../../server/sandbox/stack/start-stack.ts'
import {
  type Bench,
  good,
  openBench,
  outgoing,
  springHeaders,
} from '../../server/services/dead-letter-fixture.ts'
import { listFailureGroups } from '../../server/services/list-failure-groups.ts'
import { planReplay } from '../../server/services/plan-replay.ts'
import { start } from '../../server/services/replay-fixture.ts'
import { readTransactionsInLog } from './aborted-in-log.ts'
import type { Point } from './die-at-point.ts'
import { findFaults } from './fault-verdict.ts'
import { type FaultWorkers, runFaultWorkers } from './fault-workers.ts'

export type FaultRun = {
  readonly letters: number
  readonly pacePerSecond: number
  /** Further kills, at random times; of them every third third begins with a restart of the broker. */
  readonly randomKills: number
  readonly brokerRestarts: readonly ('kill' | 'graceful')[]
  /** Held back on each way between workers and broker, in milliseconds, so that transactions last as on a network. */
  readonly networkMs: number
  /** The run fails when the log holds fewer aborted transactions; there are more kills until it does. */
  readonly leastAborted: number
  /** The run fails when sending took less, in milliseconds. */
  readonly leastMs: number
  /** A dead worker's lease is ended at once instead of running out after 12 s. */
  readonly endsLeases: boolean
  readonly seed: number
}

export type FaultReport = {
  /** One sentence each; empty: every letter was sent exactly once, in order, and all records of it agree. */
  readonly faults: readonly string[]
  readonly copies: number
  readonly kills: number
  readonly aborted: number
  readonly abortedRecords: number
  readonly committed: number
  /** Aborted copies as the job has counted them. */
  readonly abortedCopiesTold: number
  readonly sendingMs: number
}

const originPartitions = 3
const letterPartitions = 2
const lettersOfKey = 20
const atOnce = 1_000
const brokerDownMs = 3_000
const ownerOfFour = 0.8

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Dead letters of some keys, those of every fifth key in several partitions. Answers their values: `key:number`. */
const fillLetters = async (
  bench: Bench,
  origin: string,
  letters: string,
  count: number,
): Promise<string[]> => {
  const keys = Math.ceil(count / lettersOfKey)
  const all = Array.from({ length: count }, (_, index) => ({
    keyNumber: index % keys,
    number: Math.floor(index / keys),
    offset: BigInt(index),
  }))
  for (let from = 0; from < count; from += atOnce)
    await bench.send(
      all.slice(from, from + atOnce).map(({ keyNumber, number, offset }) =>
        outgoing(letters, {
          partition: (keyNumber + (keyNumber % 5 === 0 ? number : 0)) % letterPartitions,
          key: `k${keyNumber}`,
          value: `k${keyNumber}:${number}`,
          headers: springHeaders({ topic: origin, partition: keyNumber % originPartitions, offset }),
        }),
      ),
    )
  return all.map(({ keyNumber, number }) => `k${keyNumber}:${number}`)
}

/** Other transactional producers of the broker, before: no id of the replay is its first. */
const openOthers = async ({ kafka, suffix }: Bench, topic: string): Promise<void> => {
  for (let each = 0; each < 3; each++) {
    const producer = kafka.producer({
      transactionalId: `other-${each}-${suffix}`,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, compression: CompressionTypes.None, messages: [{ value: 'other' }] })
    await (each === 1 ? transaction.abort() : transaction.commit())
    await producer.disconnect()
  }
}

const planAll = async (bench: Bench, origin: string) => {
  const query = { q: '', limit: 200, state: 'all', topic: origin as never } as const
  const { data } = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
  const request = { selection: { failureGroupId: data.groups[0]?.id ?? '' }, targetTopic: null }
  return good(planReplay(bench.deps, bench.connection, bench.actor, request, bench.call(60_000)))
}

/** Points at which workers die in turn; those of a takeover follow at once on what makes one. */
const deaths: readonly (readonly Point[])[] = [
  ['first-copies-produced', 'takeover-before-ledger'],
  ['produced-not-committed'],
  ['end-txn-sent'],
  ['committed-not-written-down', 'takeover-ledger-settled'],
]

/** Kills workers and restarts the broker while a replay is sent. Resolves when it has all outcomes of sending. */
const doHarm = async (
  run: FaultRun,
  stack: RunningStack,
  bench: Bench,
  replayId: string,
  workers: FaultWorkers,
  countAborted: () => number,
): Promise<void> => {
  const random = randomFrom(run.seed)
  const { pool } = bench.database.db
  const sent = async (): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM replay_item WHERE replay_id = $1 AND outcome <> 'PENDING'`,
      [replayId],
    )
    return rows[0]?.count ?? 0
  }
  const isSending = async () => (await readReplay(bench.deps.db, replayId))?.state === 'running'
  /** Waits until a worker has sent something since; false when there is nothing left to send. */
  const goesOn = async (): Promise<boolean> => {
    const before = await sent()
    while (await isSending()) {
      if ((await workers.owner()) !== null && (await sent()) > before) return true
      await pause(50)
    }
    return false
  }
  for (const chain of deaths) {
    await goesOn()
    for (const point of chain) {
      await workers.dieAt(point, 60_000)
      console.log(`  killed: ${point}`)
    }
  }
  const restarts = [...run.brokerRestarts]
  const every = Math.ceil(run.randomKills / (restarts.length + 1))
  for (let kill = 1; kill <= run.randomKills || countAborted() < run.leastAborted; kill++) {
    if (!(await goesOn())) return
    await pause(random() * 2_000)
    const which = random() < ownerOfFour ? 'owner' : 'other'
    await workers.kill(which)
    console.log(`  random kill ${kill}: the ${which}, ${await sent()} sent, ${countAborted()} aborted so far`)
    const how = kill % every === 0 ? restarts.shift() : undefined
    if (how === undefined) continue
    await goesOn()
    await stack.stopPart('kafka', how)
    await pause(brokerDownMs * (0.5 + random()))
    await stack.startPart('kafka')
    console.log(`  broker restarted after its ${how === 'kill' ? 'SIGKILL' : 'stop'}`)
  }
  while (await isSending()) await pause(200)
}

const sendingTook = async (bench: Bench, replayId: string): Promise<number> => {
  const { rows } = await bench.database.db.pool.query<{ ms: number }>(
    `SELECT extract(epoch FROM max(i.sent_at) - min(r.started_at))::float8 * 1000 AS ms
     FROM replay r JOIN replay_item i ON i.replay_id = r.id WHERE r.id = $1`,
    [replayId],
  )
  return rows[0]?.ms ?? 0
}

const runOn = async (
  run: FaultRun,
  stack: RunningStack,
  dataDir: string,
  proxied: string,
): Promise<FaultReport> => {
  const bench = await openBench(stack.brokers, stack.databaseUrl)
  const origin = await bench.makeTopic(`faults-${bench.suffix}`, originPartitions)
  const letters = await bench.makeTopic(`${origin}-dlt`, letterPartitions)
  const others = await bench.makeTopic(`others-${bench.suffix}`, 1)
  await openOthers(bench, others)
  const values = await fillLetters(bench, origin, letters, run.letters)
  await bench.index()
  const plan = await planAll(bench, origin)
  const faults: string[] = []
  if (plan.ready !== run.letters) faults.push(`the plan has ${plan.ready} of ${run.letters} letters`)
  const logDir = join(dataDir, 'kafka')
  const countAborted = () => readTransactionsInLog(logDir, origin).aborted
  const workers = runFaultWorkers({
    db: bench.database.db,
    env: {
      DATABASE_URL: bench.database.url,
      KAFKA_BROKERS: proxied,
      SPILLWAY_LEDGER_TOPIC: bench.connection.ledgerTopic,
    },
    leaseName: `replay:${plan.planId}`,
    folder: join(dataDir, 'points'),
    endsLeases: run.endsLeases,
  })
  try {
    const first = workers.dieAt('after-init', 60_000)
    await start(bench, plan, { pacePerSecond: run.pacePerSecond })
    await first
    console.log('  killed: after-init')
    await doHarm(run, stack, bench, plan.planId, workers, countAborted)
  } finally {
    await workers.stop()
  }
  const found = await findFaults(bench, plan.planId, origin, values)
  faults.push(...found.faults)
  const log = readTransactionsInLog(logDir, origin)
  const sendingMs = await sendingTook(bench, plan.planId)
  const strangers = readTransactionsInLog(logDir, others).producerIds
  if ([...log.producerIds].some((id) => [...strangers].every((other) => other >= id)))
    faults.push('a producer of the replay was the first of its broker')
  if (log.aborted < run.leastAborted)
    faults.push(`the log holds ${log.aborted} aborted transactions, ${run.leastAborted} were wanted`)
  if (sendingMs < run.leastMs)
    faults.push(`sending took ${Math.round(sendingMs)} ms, less than ${run.leastMs}`)
  const told = (await readReplay(bench.deps.db, plan.planId))?.abortedCopies ?? 0
  await bench.dispose()
  return {
    faults,
    copies: found.copies,
    kills: workers.kills(),
    aborted: log.aborted,
    abortedRecords: log.abortedRecords,
    committed: log.committed,
    abortedCopiesTold: told,
    sendingMs,
  }
}

/**
 * Replays letters by two worker processes on a stack of its own while workers are killed at named points and at random
 * and the broker is restarted, and looks afterwards whether each letter was sent exactly once.
 */
export const runReplayFaults = async (run: FaultRun): Promise<FaultReport> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-faults-'))
  // PostgreSQL runs as a user of its own when this runs as root.
  chmodSync(dataDir, 0o755)
  const kafkaProxyPort = await findFreePort()
  const stack = await startStack({ dataDir, parts: ['kafka', 'postgres'], kafkaProxyPort, volatile: true })
  const proxy = await startTcpFaultProxy(
    { host: '127.0.0.1', port: stack.kafkaProxyTarget ?? 0 },
    kafkaProxyPort,
  )
  proxy.delay(run.networkMs)
  try {
    return await runOn(run, stack, dataDir, `127.0.0.1:${proxy.port}`)
  } finally {
    await proxy.stop()
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const optionOf = (name: string): number | null => {
  const given = process.argv.find((one) => one.startsWith(`--${name}=`))
  return given === undefined ? null : Number(given.slice(name.length + 3))
}

/**
 * `npm run bench -- replay-faults [--short] [--seed=<number>] [--pace=<copies a second>] [--letters=<number>]`: ends with
 * a verdict, and with status 1 on any fault. From a pace of 5,000 on copies are streamed.
 */
export const replayFaultsBench = async (): Promise<void> => {
  const isShort = process.argv.includes('--short')
  const seed = optionOf('seed') ?? Math.floor(Math.random() * 2 ** 31)
  const pace = optionOf('pace')
  const letters = optionOf('letters')
  console.log(`seed ${seed}`)
  const report = await runReplayFaults(
    isShort
      ? {
          ...shortRun,
          letters: letters ?? shortRun.letters,
          pacePerSecond: pace ?? shortRun.pacePerSecond,
          seed,
        }
      : {
          letters: letters ?? 10_000,
          pacePerSecond: pace ?? 50,
          randomKills: 20,
          brokerRestarts: ['kill', 'graceful'],
          networkMs: 25,
          leastAborted: 10,
          leastMs: 180_000,
          endsLeases: false,
          seed,
        },
  )
  for (const fault of report.faults.slice(0, 20)) console.log(`FAULT: ${fault}`)
  console.log(
    `${report.copies} copies received after ${report.kills} kills; ${report.committed} transactions committed, ${report.aborted} aborted with ${report.abortedRecords} records, of which the job tells ${report.abortedCopiesTold}; sending took ${(report.sendingMs / 1_000).toFixed(0)} s`,
  )
  console.log(report.faults.length === 0 ? 'every letter exactly once' : `${report.faults.length} faults`)
  const { faults, ...figures } = report
  console.log(JSON.stringify({ bench: 'replay-faults', seed, faults: faults.length, ...figures }))
  if (faults.length > 0) process.exitCode = 1
}

/** The same within a minute. */
export const shortRun: Omit<FaultRun, 'seed'> = {
  letters: 1_000,
  pacePerSecond: 150,
  randomKills: 3,
  brokerRestarts: ['kill'],
  networkMs: 5,
  leastAborted: 2,
  leastMs: 0,
  endsLeases: true,
}
