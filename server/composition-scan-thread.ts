import { setPriority } from 'node:os'
import type { ScanOrder } from './adapters/scan-pool/scan-messages.ts'

/** On Linux a priority belongs to the thread that sets it: scans give way to whoever waits for a page. */
if (process.platform === 'linux')
  try {
    setPriority(0, 5)
  } catch {
    // Not allowed here: the scheduler shares fairly then.
  }

// Only then: to load what a scan needs takes a second of a processor.
const { serveOrder } = await import('./composition-scan-works.ts')

/** The work of a thread of the scan pool, run from source: one scan. */
export default (order: ScanOrder): Promise<void> => serveOrder(order)
