import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { ConnectionConfig } from '#server/config.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { ScanNews, Scanner, SearchEnd, TailNews } from '#server/ports/scanner.ts'
import { makeLine } from './make-line.ts'
import type { ScanOrder, ScanWork, ToThread } from './scan-messages.ts'

/** Steps a thread may be ahead of who reads them. */
const ahead = 2
/** Scans wait for the broker most of the time, and for slow readers: a thread runs several. */
const scansPerThread = 4
const mostWaiting = 32
/** Tails wait for the broker nearly all of the time. */
const mostTails = 50
const idleMs = 60_000
/** When a thread does not hear for so long that its scan is given up, all threads are ended, in milliseconds. */
const deafMs = 5_000
/** Ends a thread that gathers more than any scan needs, before it takes the process with it. */
const mostHeapMegabytes = 768

type Failure = { readonly ok: false; readonly error: BrokerError }
type Size = { readonly least: number; readonly most: number; readonly scansPerThread: number }

const broken = (kind: BrokerError['kind'], detail: string): Failure => ({
  ok: false,
  error: { kind, detail, source: 'search' },
})

/** Threads of one kind, made with the first that is asked of them: a process that never searches has none. */
const makeRoom = (entry: string, { least, most, scansPerThread }: Size) => {
  let pool: Piscina | null = null
  let running = 0
  const open = (): Piscina => {
    pool ??= new Piscina({
      filename: entry,
      minThreads: least,
      maxThreads: most,
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
  return {
    open,
    /** Scans that a thread has, or will take, whether or not anybody still reads them. */
    running: (): number => running,
    /** Resolves when a thread is done with it. */
    run: async (order: ScanOrder): Promise<void> => {
      running += 1
      try {
        // Without a signal: piscina gives a task that has one a thread of its own.
        await open().run(order, { transferList: [order.port] })
      } finally {
        running -= 1
      }
    },
    end: async (): Promise<void> => {
      const ending = pool
      pool = null
      await ending?.destroy()
    },
  }
}

/**
 * Runs scans in threads of `entry` (a path of a module that serves them). Steps
 * travel one by one as they are asked for, so that a slow reader slows the scan and memory stays flat. Tails have a
 * thread of their own: they stay for long, and a search is not to wait for one to end.
 */
export const makeScanPool = (
  configs: readonly ConnectionConfig[],
  { threads, entry }: { readonly threads: number; readonly entry: string },
): Scanner => {
  // Once one was needed it stays: to start another takes a second or more.
  const searches = makeRoom(entry, { least: 1, most: threads, scansPerThread })
  const tails = makeRoom(entry, { least: 0, most: 1, scansPerThread: mostTails })
  const run = async function* <News, End>(
    room: ReturnType<typeof makeRoom>,
    work: ScanWork,
    { signal }: Call,
  ): AsyncGenerator<News, Result<End, BrokerError>, void> {
    const { connection } = work.task
    const config = configs.find(({ id }) => id === connection)
    if (!config) return broken('invalid', `There is no connection named ${connection}.`)
    const { port1, port2 } = new MessageChannel()
    const line = makeLine(port1)
    let deaf: NodeJS.Timeout | undefined
    let isStopped = false
    let hasSettled = false
    const watch = (): void => {
      if (isStopped && !hasSettled) deaf ??= setTimeout(() => void room.end(), deafMs)
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
    const order: ScanOrder = { config, work, port: port2 }
    room.run(order).then(settle, (error: unknown) => {
      line.end(endOfThrown(error, signal))
      settle()
    })
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    for (let credit = 0; credit < ahead; credit++) port1.postMessage({ type: 'more' } satisfies ToThread)
    try {
      for (;;) {
        const message = await line.next()
        // What the work of its kind tells: the thread's half is typed by the same table.
        if (message.type === 'end') return message.end as Result<End, BrokerError>
        yield message.news as News
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
  const answer = async <End>(work: ScanWork, call: Call): Promise<Result<End, BrokerError>> => {
    const steps = run<never, End>(searches, work, call)
    for (;;) {
      const next = await steps.next()
      if (next.done) return next.value
    }
  }
  const tail: Scanner['tail'] = async function* (task, call) {
    // By what runs, not by who reads: a reader that goes before its first step ends nothing but its signal.
    if (tails.running() >= mostTails) return broken('overloaded', `${mostTails} live tails run already.`)
    return yield* run<TailNews, null>(tails, { kind: 'tail', task }, call)
  }
  return {
    scan: (task, call) => run<ScanNews, SearchEnd>(searches, { kind: 'scan', task }, call),
    tail,
    walk: (task, call) => answer({ kind: 'walk', task }, call),
    count: (task, call) => answer({ kind: 'count', task }, call),
    compare: (task, call) => answer({ kind: 'compare', task }, call),
    sampleKeys: (task, call) => answer({ kind: 'sample-keys', task }, call),
    start: () => void searches.open(),
    dispose: async () => {
      await Promise.all([searches.end(), tails.end()])
    },
  }
}

const givenUp = (): Failure => broken('timeout', 'The search was given up.')

const endOfThrown = (error: unknown, signal: AbortSignal): Failure => {
  const detail = error instanceof Error ? error.message : String(error)
  if (signal.aborted) return givenUp()
  if (/queue is at limit/i.test(detail))
    return broken('overloaded', `${mostWaiting} searches wait already for a thread to run in.`)
  return broken('overloaded', `The thread of this search has ended: ${detail}.`)
}
