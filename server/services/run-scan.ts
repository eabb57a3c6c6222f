import { parseSearch } from '#server/contracts/message-search.ts'
import type { MessageMatcher } from '#server/domain/match-message.ts'
import { makeMessageMatcher } from '#server/domain/match-message.ts'
import { makeFirstFew } from '#server/domain/message-order.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { MessageFilter, RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import type { ScanNews, ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import { type DecodeDeps, decodeMessages, rowLimits } from './decode-messages.ts'
import type { Connection } from './deps.ts'
import { makeRefinement, prefiltersOf } from './refine-by-expression.ts'
import { writeLines } from './write-lines.ts'

/** What of a connection a scan uses. */
export type ScannedConnection = Pick<Connection, 'name' | 'broker' | 'registry' | 'reading'>

/** Payloads are read as operators had chosen when the search began: a thread does not ask the database. */
const decodingOf = ({ registry, reading }: ScannedConnection, { choices }: ScanTask): DecodeDeps => ({
  registry,
  ...(reading ? { reading: { ...reading, choices: async () => choices } } : {}),
})

/** The reader's request for a search whose words have been read. */
const requestOf = (
  task: ScanTask,
  matcher: MessageMatcher,
  refine: NonNullable<MessageFilter['refine']> | null,
): ScanRequest => ({
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
  ...(matcher.sinceMs === null ? {} : { sinceMs: BigInt(matcher.sinceMs) }),
  ...(matcher.untilMs === null ? {} : { untilMs: BigInt(matcher.untilMs) }),
  ...(matcher.offsets === null ? {} : { offsets: matcher.offsets }),
  ...(matcher.acceptsAll && refine === null
    ? {}
    : {
        filter: {
          accept: matcher.accept,
          ...(matcher.literals.length === 0 ? {} : { literals: matcher.literals }),
          ...(refine === null ? {} : { refine }),
        },
      }),
})

/**
 * Runs one scan on a connection: reads, filters by bytes, then by expressions over what was decoded, and decodes what
 * fits for a list. Runs in a thread of its own (`scan-thread.ts`) or where it is called.
 */
export const runScan = async function* (
  connection: ScannedConnection,
  task: ScanTask,
  call: Call,
): AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void> {
  const reader = connection.broker.messages
  if (!reader) return refused('unsupported', `Messages of ${connection.name} can not be read.`)
  const parsed = parseSearch(task.search)
  if (!parsed.ok)
    return refused('invalid', `search, character ${parsed.problem.at + 1}: ${parsed.problem.message}.`)
  const decoding = decodingOf(connection, task)
  // By choice a payload may read as another text than its bytes hold.
  const prefilters = task.choices.size === 0 ? prefiltersOf(parsed.terms) : []
  const matcher = makeMessageMatcher(parsed.terms, task.nowMs, prefilters)
  const refinement = makeRefinement(parsed.terms, decoding, call)
  const first = makeFirstFew<RawMessage>(task.limit, task.order)
  const steps = reader.scan(requestOf(task, matcher, refinement?.refine ?? null), call)
  try {
    for (;;) {
      const next = await steps.next()
      if (next.done)
        return next.value.ok ? succeed({ ...next.value.value, notes: refinement?.notes() ?? [] }) : next.value
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
