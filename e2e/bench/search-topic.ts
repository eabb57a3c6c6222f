import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../../server/sandbox/stack/start-stack.ts'
import { fillTopic } from './fill-topic.ts'
import { printResult, printSpread } from './print-result.ts'
import { type Found, type Search, searched } from './search-topic-contenders.ts'

const records = Number(process.env.BENCH_RECORDS ?? 1_000_000)
const valueBytes = 450
const partitions = 3
const rounds = 5
const oneIn = 10_000

/** Each contender has a process of its own, so that its memory is its own. */
const measure = (contender: 'ours' | 'peer', search: Search): Promise<Found> =>
  new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'search-topic-contenders.ts')
    const child = spawn(process.execPath, [program, contender, JSON.stringify(search)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
    })
    child.on('close', () => {
      const line = output.split('\n').find((one) => one.startsWith(searched))
      if (line === undefined) reject(new Error(`the ${contender} found nothing: ${output}`))
      else resolve(JSON.parse(line.slice(searched.length)) as Found)
    })
  })

/**
 * The newest 50 messages of a key that one message in 10,000 has, among 1,000,000 of 450 bytes: our search backwards
 * beside a kafkajs consumer with the same filter, which has to pass over the whole topic to know the newest.
 */
export const searchTopicBench = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  const stack = await startStack({ dataDir, parts: ['kafka'] })
  try {
    const search = { brokers: stack.brokers, topic: 'bench-search', key: 'needle', limit: 50, records }
    const keyOf = (index: number) => (index % oneIn === 1_234 ? search.key : `k${index}`)
    await fillTopic(stack.brokers, { topic: search.topic, partitions, records, valueBytes, keyOf })
    const ours: Found[] = []
    const peer: Found[] = []
    for (let round = 0; round < rounds; round++) {
      ours.push(await measure('ours', search))
      peer.push(await measure('peer', search))
    }
    const of = (all: readonly Found[], field: 'ms' | 'peakMegabytes') => all.map((one) => one[field])
    printSpread('spillway', of(ours, 'ms'), 'ms')
    printSpread('kafkajs', of(peer, 'ms'), 'ms')
    printSpread('spillway, above idle', of(ours, 'peakMegabytes'), 'MB')
    printSpread('kafkajs, above idle', of(peer, 'peakMegabytes'), 'MB')
    const peakMegabytes = Math.max(...of(ours, 'peakMegabytes'))
    printResult('search-topic', of(ours, 'ms'), of(peer, 'ms'), 'ms', { peakMegabytes })
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
