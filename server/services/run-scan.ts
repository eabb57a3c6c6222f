import { makeFirstFew } from '#server/domain/message-order.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import type { ScanNews, ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import { makeScanFilter, type ScanFilter, type ScannedConnection } from './make-scan-filter.ts'
import { writeLines } from './write-lines.ts'

/** The reader's request for a search whose words have been read. */
const requestOf = (task: ScanTask, { sinceMs, untilMs, offsets, filter }: ScanFilter): ScanRequest => ({
  topics: task.topics.map(({ topic, partitions }) => ({
    topic,
    ...(partitions === undefined ? {} : { partitions }),
  })),
  order: task.order,
  limit: task.limit,
  budget: task.budget,
  isolation: task.isolation,
  ...(task.goOnAt === undefined ? {} : { goOnAt: task.goOnAt }),
  ...(task.goOnWith === undefined ? {} : { goOnWith: task.goOnWith }),
  ...(sinceMs === null ? {} : { sinceMs: BigInt(sinceMs) }),
  ...(untilMs === null ? {} : { untilMs: BigInt(untilMs) }),
  ...(offsets === null ? {} : { offsets }),
  ...(filter === null ? {} : { filter }),
})

/**
 * Runs one scan on a connection: reads, filters by bytes, then by expressions over what was decoded, and decodes what
 * fits for a list. Runs in a thread of its own (`composition-scan-thread.ts`) or where it is called.
 */
export const runScan = async function* (
  connection: ScannedConnection,
  task: ScanTask,
  call: Call,
): AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void> {
  const reader = connection.broker.messages
  if (!reader) return refused('unsupported', `Messages of ${connection.name} can not be read.`)
  const made = makeScanFilter(connection, { ...task, topics: task.topics.map(({ topic }) => topic) }, call)
  if (!made.ok) return made
  const { decoding, notes } = made.value
  const first = makeFirstFew<RawMessage>(task.limit, task.order)
  const steps = reader.scan(requestOf(task, made.value), call)
  try {
    for (;;) {
      const next = await steps.next()
      if (next.done) return next.value.ok ? succeed({ ...next.value.value, notes: notes() }) : next.value
      const { found, ...step } = next.value
      const shown = first.take(found)
      const told =
        task.lines === undefined
          ? await decodeMessages(shown, decoding, rowLimits, call)
          : await writeLines(shown, task.lines, decoding, call)
      yield { ...step, ...told }
    }
  } finally {
    await steps.return(refused('invalid', 'given up'))
  }
}

const refused = (kind: BrokerError['kind'], detail: string) =>
  fail<BrokerError>({ kind, detail, source: 'broker' })
