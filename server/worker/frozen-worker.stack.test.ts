import { randomInt } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { freezeProcess } from '#server/sandbox/stack/freeze-process.ts'
import { type Bench, good, openBench } from '#server/services/dead-letter-fixture.ts'
import { headerText, makeLetters, planOf, recordsOf, start } from '#server/services/replay-fixture.ts'
import { showReplay } from '#server/services/show-replay.ts'
import { type SpawnedWorker, spawnWorker } from './spawned-worker.ts'

let bench: Bench
let workers: SpawnedWorker[]
let gate: pg.Client
const gateKey = randomInt(1, 1_000_000_000)

/** Commits that write the intent of a copy wait for the gate. */
const holdIntents = `
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${gateKey}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hold_intents AFTER UPDATE ON replay_item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.intent_from IS NULL AND NEW.intent_from IS NOT NULL) EXECUTE FUNCTION wait_at_gate()`

const startWorker = (id: string): SpawnedWorker => {
  const worker = spawnWorker({
    WORKER_ID: id,
    DATABASE_URL: bench.database.url,
    KAFKA_BROKERS: inject('brokers'),
    SPILLWAY_LEDGER_TOPIC: bench.connection.ledgerTopic,
  })
  workers.push(worker)
  return worker
}

beforeEach(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  workers = []
  gate = new pg.Client({ connectionString: bench.database.url })
  gate.on('error', () => {})
  await gate.connect()
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.process.exitCode === null && worker.end('SIGKILL')))
  await gate.end()
  await bench.dispose()
})

const waitersAtGate = async (): Promise<number> => {
  const { rows } = await gate.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = ${gateKey} AND NOT granted`,
  )
  return rows[0]?.count ?? 0
}

it.each([
  ['between the intent and the send', 'commit'],
  ['within the transaction of the intent', 'statement'],
])(
  'a worker frozen %s for longer than its lease sends nothing late',
  async (_, where) => {
    const count = 200
    const { origin, letters } = await makeLetters(bench, `frozen-${where}`, count)
    const plan = await planOf(bench, letters)
    await gate.query(
      where === 'commit' ? holdIntents : holdIntents.replace('DEFERRABLE INITIALLY DEFERRED', ''),
    )
    await gate.query('SELECT pg_advisory_lock($1)', [gateKey])
    const replay = await start(bench, plan, { pacePerSecond: 1_000 })
    const frozen = startWorker('frozen')
    await expect.poll(waitersAtGate, { timeout: 30_000, interval: 50 }).toBe(1)
    await freezeProcess(frozen.process.pid ?? 0)
    await gate.query('SELECT pg_advisory_unlock($1)', [gateKey])

    const successor = startWorker('successor')
    const frozenAt = performance.now()
    await successor.waitFor(
      ({ msg, lease }) => msg === 'lease taken' && lease === `replay:${replay.id}`,
      40_000,
    )
    expect(performance.now() - frozenAt).toBeLessThan(20_000)
    const state = async () =>
      (await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).state
    await expect.poll(state, { timeout: 30_000, interval: 100 }).toBe('following')
    frozen.process.kill('SIGCONT')
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    const copies = (await recordsOf(bench, origin)).map((record) => headerText(record, 'x-replay-item'))
    expect(new Set(copies).size).toBe(count)
    expect(copies).toHaveLength(count)
  },
  120_000,
)
