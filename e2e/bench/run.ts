import { spawnSync } from 'node:child_process'
import { workerNodeFlags } from '../../server/worker/node-flags.ts'
import { besideSearchBench } from './beside-search.ts'
import { deadLettersBench } from './dead-letters.ts'
import { liveBesideReplayBench } from './live-beside-replay.ts'
import { overviewBench } from './overview.ts'
import { readTopicBench } from './read-topic.ts'
import { replayBench } from './replay.ts'
import { replayFaultsBench } from './replay-faults.ts'
import { searchBench } from './search.ts'
import { spanIntakeBench } from './span-intake.ts'
import { topicsBench } from './topics.ts'

/** `npm run bench -- <name>`: a program beside a peer on the same data in the same run, ending with one JSON line. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  'read-topic': readTopicBench,
  search: searchBench,
  'beside-search': besideSearchBench,
  overview: overviewBench,
  topics: topicsBench,
  'span-intake': spanIntakeBench,
  'dead-letters': deadLettersBench,
  'live-beside-replay': liveBesideReplayBench,
  replay: replayBench,
  'replay-faults': replayFaultsBench,
}

/** Those that do a worker's work in this process, and so with its flags. */
const asWorkers = new Set(['span-intake', 'dead-letters', 'live-beside-replay', 'replay'])

const name = process.argv[2] ?? ''
const bench = benches[name]
if (bench && asWorkers.has(name) && !workerNodeFlags.every((flag) => process.execArgv.includes(flag))) {
  const [, ...program] = process.argv
  const { status } = spawnSync(process.execPath, [...workerNodeFlags, ...program], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else if (bench) await bench()
else {
  console.error(
    `${name === '' ? 'Name a benchmark' : `There is no benchmark ${name}`}: ${Object.keys(benches).join(', ')}`,
  )
  process.exitCode = 1
}
process.exit()
