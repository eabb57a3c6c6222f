import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../../server/sandbox/stack/start-stack.ts'
import { fillTopic } from './fill-topic.ts'
import { printResult, printSpread } from './print-result.ts'
import { type Contender, type Found, type Search, searched } from './search-contenders.ts'

const records = Number(process.env.BENCH_RECORDS ?? 1_000_000)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const valueBytes = 450
const partitions = 3
const oneIn = Math.min(10_000, records / 100)
const limit = 50
const text = 'needle'
const codecs = (process.env.BENCH_CODECS ?? 'uncompressed,gzip,lz4,zstd,snappy').split(',')

/** Each contender has a process of its own, so that its memory is its own. */
const measure = (contender: Contender, search: Search): Promise<Found> =>
  new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'search-contenders.ts')
    const child = spawn(process.execPath, [program, contender, JSON.stringify(search)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
    })
    child.on('close', () => {
      const line = output.split('\n').find((one) => one.startsWith(searched))
      if (line === undefined) reject(new Error(`${contender} found nothing: ${output}`))
      else resolve(JSON.parse(line.slice(searched.length)) as Found)
    })
  })

/** Values as services write them: fields that repeat, and ids that do not. */
const textOf = (index: number): string => {
  const word = (Math.imul(index + 1, 2_654_435_761) >>> 0).toString(16)
  const found = index % oneIn === 34 ? text : 'straw'
  const head = `{"id":"${word}-${index}","kind":"${found}","customer":"c-${word}","status":"accepted","amount":${index % 9_973},"note":"`
  const filler = `${word}lorem ipsum ${index} dolor sit amet ${word.slice(2)} `
  return `${(head + filler.repeat(12)).slice(0, valueBytes - 2)}"}`
}

/**
 * Searches 1,000,000 messages of 450 bytes for a text that one in 10,000 holds, written with each codec: the whole topic
 * beside `kcat | grep` (or a kafkajs consumer, where kcat is missing), and the newest 50.
 */
export const searchBench = async (): Promise<void> => {
  const hasKcat = spawnSync('kcat', ['-V']).error === undefined
  const peer: Contender = hasKcat ? 'kcat' : 'kafkajs'
  // kafkajs knows gzip alone.
  const tried = hasKcat ? codecs : codecs.filter((one) => one === 'uncompressed' || one === 'gzip')
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  const stack = await startStack({ dataDir, parts: ['kafka'] })
  try {
    const results: (() => void)[] = []
    for (const codec of tried) {
      const topic = `bench-search-${codec}`
      const settings = { 'compression.type': codec }
      await fillTopic(stack.brokers, { topic, partitions, records, valueBytes, textOf, settings })
      const whole = { brokers: stack.brokers, topic, text, limit: null, records, matches: records / oneIn }
      const [ours, theirs, newest]: [Found[], Found[], Found[]] = [[], [], []]
      for (let round = 0; round < rounds; round++) {
        ours.push(await measure('ours', whole))
        theirs.push(await measure(peer, whole))
        newest.push(await measure('ours', { ...whole, limit }))
      }
      const of = (all: readonly Found[], field: keyof Found) => all.map((one) => one[field])
      printSpread(`${codec}: spillway, whole`, of(ours, 'ms'), 'ms')
      printSpread(`${codec}: ${peer}, whole`, of(theirs, 'ms'), 'ms')
      printSpread(`${codec}: newest ${limit}, first`, of(newest, 'firstMs'), 'ms')
      printSpread(`${codec}: newest ${limit}, all`, of(newest, 'ms'), 'ms')
      printSpread(`${codec}: above idle`, of([...ours, ...newest], 'peakMegabytes'), 'MB')
      const median = (all: readonly number[]) =>
        Math.round(all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0)
      results.push(() =>
        printResult(`search-${codec}`, of(ours, 'ms'), of(theirs, 'ms'), 'ms', {
          newestFirstMs: median(of(newest, 'firstMs')),
          newestAllMs: median(of(newest, 'ms')),
          peakMegabytes: Math.round(Math.max(...of([...ours, ...newest], 'peakMegabytes'))),
          load: Number((loadavg()[0] ?? 0).toFixed(1)),
        }),
      )
    }
    for (const print of results) print()
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
