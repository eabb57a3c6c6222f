import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { createTestDatabase } from '../../server/repositories/test-database.ts'
import { withBenchStack } from './bench-database.ts'
import { type Beside, type Contender, listening } from './beside-search-contenders.ts'
import { fillTopic } from './fill-topic.ts'
import { printResult, printSpread } from './print-result.ts'

const records = Number(process.env.BENCH_RECORDS ?? 1_000_000)
const valueBytes = 450
const partitions = 3
const asks = 200
const betweenMs = 40

type Served = { readonly url: string; readonly child: ChildProcess }

const serve = (contender: Contender, input: Beside): Promise<Served> =>
  new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'beside-search-contenders.ts')
    const child = spawn(process.execPath, [program, contender, JSON.stringify(input)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
      const port = new RegExp(`${listening}(\\d+)`).exec(output)?.[1]
      if (port) resolve({ url: `http://127.0.0.1:${port}`, child })
    })
    child.on('close', () => reject(new Error(`the ${contender} ended: ${output}`)))
  })

/** Milliseconds that each of many requests for the list of topics takes while two searches run, or none. */
const measure = async (contender: Contender, input: Beside): Promise<number[]> => {
  const { url, child } = await serve(contender, input)
  const times: number[] = []
  try {
    // Threads start, connections open, schemas of answers compile.
    for (let ask = 0; ask < 20; ask++) await (await fetch(`${url}/topics`)).text()
    for (let ask = 0; ask < asks; ask++) {
      const startedAt = performance.now()
      await (await fetch(`${url}/topics`)).text()
      times.push(performance.now() - startedAt)
      await new Promise((resolve) => setTimeout(resolve, betweenMs))
    }
    console.log(`  ${contender}: ${await (await fetch(`${url}/searched`)).text()}`)
  } finally {
    child.removeAllListeners('close')
    child.kill('SIGKILL')
  }
  return times
}

/**
 * How long the list of topics takes to answer while two searches look through 1,000,000 messages over and over: searches
 * in threads of their own beside the same searches on the loop that answers requests.
 */
export const besideSearchBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const topic = `bench-beside-${process.pid}`
    const database = await createTestDatabase(databaseUrl)
    try {
      await fillTopic(brokers, { topic, partitions, records, valueBytes })
      const input: Beside = { brokers, databaseUrl: database.url, topic }
      const idle = await measure('idle', input)
      const ours = await measure('ours', input)
      const peer = await measure('peer', input)
      printSpread('no search', idle, 'ms')
      printSpread('searches in threads', ours, 'ms')
      printSpread('searches on the loop', peer, 'ms')
      printResult('beside-search', ours, peer, 'ms p95', {}, { share: 0.95 })
    } finally {
      await database.drop()
      await deleteTopic(brokers, topic)
    }
  })

const deleteTopic = async (brokers: string, topic: string): Promise<void> => {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  await admin.disconnect()
}
