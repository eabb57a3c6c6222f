import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { ConnectionConfig } from '#server/config.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { ScanNews, Scanner, ScanTask, SearchEnd } from '#server/ports/scanner.ts'
import type { FromThread, ScanOrder, ToThread } from './scan-messages.ts'

/** Steps a thread may be ahead of who reads them. */
const ahead = 2
/** Scans wait for the broker most of the time, and for slow readers: a thread runs several. */
const scansPerThread = 4
const mostWaiting = 32
const idleMs = 60_000
/** When a thread does not hear for so long that its scan is given up, all threads are ended, in milliseconds. */
const deafMs = 5_000
/** Ends a thread that gathers more than any scan needs, before it takes the process with it. */
const mostHeapMegabytes = 768

type Ended = Result<SearchEnd, BrokerError>

const broken = (kind: BrokerError['kind'], detail: string): Ended => fail({ kind, detail, source: 'search' })

/**
 * Runs scans in threads of `entry` (a path of a module that serves them), which end when they idle. Steps travel one
 * by one as they are asked for, so that a slow reader slows the scan and memory stays flat.
 */
export const makeScanPool = (
  configs: readonly ConnectionConfig[],
  { threads, entry }: { readonly threads: number; readonly entry: string },
): Scanner => {
  let pool: Piscina | null = null
  // Threads are made with the first scan: a process that never searches has none.
  const open = (): Piscina => {
    pool ??= new Piscina({
      filename: entry,
      minThreads: 0,
      maxThreads: threads,
      concurrentTasksPerWorker: scansPerThread,
      maxQueue: mostWaiting,
      idleTimeout: idleMs,
      // A thread that waits for work must go on hearing its sockets.
      atomics: 'disabled',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMegabytes },
    })
    return pool
  }

  const end = async (): Promise<void> => {
    const ending = pool
    pool = null
    await ending?.destroy()
  }

  const scan = async function* (
    task: ScanTask,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<ScanNews, Ended, void> {
    const config = configs.find(({ id }) => id === task.connection)
    if (!config) return broken('invalid', `There is no connection named ${task.connection}.`)
    const { port1, port2 } = new MessageChannel()
    const line = makeLine(port1)
    let deaf: NodeJS.Timeout | undefined
    let isStopped = false
    let hasSettled = false
    const watch = (): void => {
      if (isStopped && !hasSettled) deaf ??= setTimeout(() => void end(), deafMs)
    }
    line.onBegun(watch)
    const stop = (): void => {
      if (isStopped) return
      isStopped = true
      port1.postMessage({ type: 'stop' } satisfies ToThread)
      if (line.hasBegun()) watch()
      // No thread has taken it yet: there is nobody to hear, and nobody who is deaf.
      else line.end(givenUp())
    }
    const settle = (): void => {
      hasSettled = true
      clearTimeout(deaf)
      if (isStopped && line.hasEnded()) port1.close()
    }
    const order: ScanOrder = { config, task, port: port2 }
    open()
      // Without a signal: piscina gives a task that has one a thread of its own.
      .run(order, { transferList: [port2] })
      .then(settle, (error: unknown) => {
        line.end(endOfThrown(error, signal))
        settle()
      })
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    for (let credit = 0; credit < ahead; credit++) port1.postMessage({ type: 'more' } satisfies ToThread)
    try {
      for (;;) {
        const message = await line.next()
        if (message.type === 'end') return message.end
        yield message.news
        port1.postMessage({ type: 'more' } satisfies ToThread)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      stop()
      // A thread that takes it later must still find the word to stop.
      if (line.hasEnded() && (line.hasBegun() || hasSettled)) {
        clearTimeout(deaf)
        port1.close()
      } else line.onEnd(() => port1.close())
    }
  }
  return {
    scan,
    dispose: end,
  }
}

const givenUp = (): Ended => broken('timeout', 'The search was given up.')

const endOfThrown = (error: unknown, signal: AbortSignal): Ended => {
  const detail = error instanceof Error ? error.message : String(error)
  if (signal.aborted) return givenUp()
  if (/queue is at limit/i.test(detail))
    return broken('overloaded', `${mostWaiting} searches wait already for a thread to run in.`)
  return broken('overloaded', `The thread of this search has ended: ${detail}.`)
}

/** Messages of a thread in the order they came, one for each `next`; after the end it is told for good. */
const makeLine = (port: MessagePort) => {
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
    end: (end: Ended): void => put({ type: 'end', end }),
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
