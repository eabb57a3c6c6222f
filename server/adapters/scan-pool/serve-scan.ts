import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanNews, SearchEnd } from '#server/ports/scanner.ts'
import type { FromThread, ToThread } from './scan-messages.ts'

/**
 * The thread's half of a scan: takes a step for each `more`, posts what it tells, and ends with `stop`. One that was
 * stopped while it waited for a thread does not begin.
 */
export const serveScan = async (
  port: MessagePort,
  scan: (call: Call) => AsyncGenerator<ScanNews, Result<SearchEnd, BrokerError>, void>,
): Promise<void> => {
  const stopping = new AbortController()
  let credits = 0
  let wake: () => void = () => {}
  const hear = ({ type }: ToThread): void => {
    if (type === 'more') credits += 1
    else stopping.abort()
    wake()
  }
  for (let said = receiveMessageOnPort(port); said; said = receiveMessageOnPort(port)) hear(said.message)
  if (stopping.signal.aborted) return port.close()
  port.on('message', hear)
  const tell = (message: FromThread): void => port.postMessage(message)
  tell({ type: 'begun' })
  const steps = scan({ signal: stopping.signal })
  try {
    for (;;) {
      while (credits === 0 && !stopping.signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      credits -= 1
      const next = await steps.next()
      if (next.done) return tell({ type: 'end', end: next.value })
      tell({ type: 'news', news: next.value })
    }
  } finally {
    port.close()
  }
}
