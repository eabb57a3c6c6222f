import type { MessagePort } from 'node:worker_threads'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { FromThread } from './scan-messages.ts'

/** Messages of a thread in the order they came, one for each `next`; after the end it is told for good. */
export const makeLine = (port: MessagePort) => {
  const waiting: Exclude<FromThread, { readonly type: 'begun' }>[] = []
  let wake: () => void = () => {}
  let ended: (() => void) | null = null
  let isEnded = false
  let isBegun = false
  let begun: () => void = () => {}
  const put = (message: FromThread): void => {
    if (message.type === 'begun') {
      isBegun = true
      begun()
      return
    }
    if (isEnded) return
    waiting.push(message)
    if (message.type === 'end') {
      isEnded = true
      ended?.()
    }
    wake()
  }
  port.on('message', put)
  return {
    next: async (): Promise<(typeof waiting)[number]> => {
      while (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return waiting.shift() as (typeof waiting)[number]
    },
    end: (end: Result<unknown, BrokerError>): void => put({ type: 'end', end }),
    hasBegun: (): boolean => isBegun,
    onBegun: (listener: () => void): void => {
      begun = listener
    },
    hasEnded: (): boolean => isEnded,
    onEnd: (listener: () => void): void => {
      ended = listener
    },
  }
}
