import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Call } from '#server/ports/call.ts'
import type { FromThread, ScanAnswer, ScanSteps, ToThread } from './scan-messages.ts'

/**
 * The thread's half of a scan: takes a step for each `more`, posts what it tells, and ends with `stop`. One that was
 * stopped while it waited for a thread does not begin.
 */
export const serveScan = async (
  port: MessagePort,
  begin: (call: Call) => ScanSteps | ScanAnswer,
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
  try {
    const steps = begin({ signal: stopping.signal })
    if (steps instanceof Promise) return tell({ type: 'end', end: await steps })
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
