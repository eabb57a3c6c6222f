import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { TailNews, TailTask } from '#server/ports/scanner.ts'
import { decodeMessages, rowLimits } from './decode-messages.ts'
import { makeScanFilter, type ScannedConnection } from './make-scan-filter.ts'

/** All tails share a thread: less is decoded at a time than by a search. */
const mostPayloadBytes = 1024 * 1024

/** Follows topics on a connection and decodes what fits for a list; where searches run, or where it is called. */
export const runTail = async function* (
  connection: ScannedConnection,
  task: TailTask,
  call: Call,
): AsyncGenerator<TailNews, Result<null, BrokerError>, void> {
  const reader = connection.broker.messages
  if (!reader)
    return fail({
      kind: 'unsupported',
      detail: `Messages of ${connection.name} can not be read.`,
      source: 'broker',
    })
  const made = makeScanFilter(connection, task, call, { mostBytes: mostPayloadBytes })
  if (!made.ok) return made
  const { filter, decoding, notes } = made.value
  const { topics, isolation, limit, from } = task
  const steps = reader.follow(
    {
      topics,
      isolation,
      limit,
      ...(filter === null ? {} : { filter }),
      ...(from === undefined ? {} : { from }),
    },
    call,
  )
  try {
    for (;;) {
      const next = await steps.next()
      if (next.done) return next.value
      const { found, ...step } = next.value
      const { rows } = await decodeMessages(found, decoding, rowLimits, call)
      yield { ...step, rows, notes: notes() }
    }
  } finally {
    await steps.return(succeed(null))
  }
}
