import type { ScanAnswer, ScanOrder, ScanSteps, ScanWork } from './adapters/scan-pool/scan-messages.ts'
import { serveScan } from './adapters/scan-pool/serve-scan.ts'
import { connect } from './composition-connect.ts'
import { fail, succeed } from './domain/result.ts'
import type { Call } from './ports/call.ts'
import type { MessageReader } from './ports/message-reader.ts'
import { countBetween } from './services/count-times.ts'
import type { Connection } from './services/deps.ts'
import { findSuperseded } from './services/find-superseded.ts'
import { runScan } from './services/run-scan.ts'
import { runTail } from './services/run-tail.ts'
import { sampleKeys } from './services/sample-keys.ts'
import { walkPartition } from './services/walk-partition.ts'

/** One connection of this thread for each configuration, kept as long as the thread is. */
const connections = new Map<string, Connection>()

const connectionOf = (config: ScanOrder['config']): Connection => {
  const key = JSON.stringify(config)
  const kept = connections.get(key) ?? connect(config)
  connections.set(key, kept)
  return kept
}

/** Work that tells nothing on its way. */
const answer = async (
  { broker, name }: Connection,
  work: (reader: MessageReader) => ScanAnswer,
): ScanAnswer => {
  if (broker.messages) return work(broker.messages)
  return fail({ kind: 'unsupported', detail: `Messages of ${name} can not be read.`, source: 'broker' })
}

const begin = (connection: Connection, { kind, task }: ScanWork, call: Call): ScanSteps | ScanAnswer => {
  switch (kind) {
    case 'scan':
      return runScan(connection, task, call)
    case 'tail':
      return runTail(connection, task, call)
    case 'walk':
      return answer(connection, (reader) => walkPartition(reader, task, call))
    case 'count':
      return answer(connection, (reader) => countBetween(reader, task, call))
    case 'compare':
      return answer(connection, async (reader) => succeed(await findSuperseded(reader, task.messages, call)))
    case 'sample-keys':
      return answer(connection, async (reader) => succeed(await sampleKeys(reader, task.partitions, call)))
  }
}

/** Does what a thread of the scan pool was given. */
export const serveOrder = ({ config, work, port }: ScanOrder): Promise<void> =>
  serveScan(port, (call) => begin(connectionOf(config), work, call))
