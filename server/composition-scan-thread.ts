import { setPriority } from 'node:os'
import type { ScanOrder } from './adapters/scan-pool/scan-messages.ts'
import { serveScan } from './adapters/scan-pool/serve-scan.ts'
import { connect } from './composition-connect.ts'
import type { Connection } from './services/deps.ts'
import { runScan } from './services/run-scan.ts'

/** On Linux a priority belongs to the thread that sets it: scans give way to whoever waits for a page. */
if (process.platform === 'linux')
  try {
    setPriority(0, 5)
  } catch {
    // Not allowed here: the scheduler shares fairly then.
  }

/** One connection of this thread for each configuration, kept as long as the thread is. */
const connections = new Map<string, Connection>()

const connectionOf = (config: ScanOrder['config']): Connection => {
  const key = JSON.stringify(config)
  const kept = connections.get(key) ?? connect(config)
  connections.set(key, kept)
  return kept
}

/** The work of a thread of the scan pool, run from source: one scan. */
export default ({ config, task, port }: ScanOrder): Promise<void> =>
  serveScan(port, (call) => runScan(connectionOf(config), task, call))
