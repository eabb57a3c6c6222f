import type { Result } from '#server/domain/result.ts'
import { succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanNews, SearchEnd } from '#server/ports/scanner.ts'
import type { ScanOrder } from './scan-messages.ts'
import { serveScan } from './serve-scan.ts'

let running = 0

/** Endless steps: `scannedMessages` counts them, `matches` how many scans run in this thread. */
const countOn = async function* ({
  signal,
}: Call): AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void> {
  running += 1
  let steps = 0n
  const counts = () => ({
    settledMs: null,
    scannedMessages: steps,
    scannedBytes: 0n,
    matches: BigInt(running),
  })
  try {
    while (!signal.aborted) {
      steps += 1n
      yield { ...counts(), rows: [], registryProblem: null }
      await new Promise((resolve) => setImmediate(resolve))
    }
    return succeed({
      ...counts(),
      stop: 'cancelled',
      partitions: 1,
      coveredMs: { from: null, to: null },
      errors: [],
      heldBack: [],
      spans: [],
      lost: [],
      goOnAt: new Map(),
      goOnWith: { late: new Map(), given: [] },
    })
  } finally {
    running -= 1
  }
}

/** Stands for the thread of scans in the pool's tests: what is tested is the line to it, not Kafka. */
export default async ({ port, work }: ScanOrder): Promise<void> => {
  if (work.kind === 'scan' && work.task.search === 'break') throw new Error('out of order')
  await serveScan(port, countOn)
}
