import type { ExportProgress, ExportReport, ExportState } from '#server/contracts/export-messages.ts'
import type { ConnectionId } from '#server/contracts/scalars.ts'
import type { Clock } from '#server/ports/clock.ts'

/** One export that is written: it tells how far it is, and hears when it is to end. */
export type ExportRun = {
  /** Fires when somebody cancels it. */
  readonly cancelled: AbortSignal
  /** Messages and bytes that were read so far. */
  readonly haveRead: (messages: bigint, bytes: bigint) => void
  /** More was handed over to who downloads it. */
  readonly haveWritten: (rows: number, fileBytes: number) => void
  readonly end: (report: ExportReport) => void
  readonly fail: (problem: string) => void
}

/** Exports of this process by their ids: those that are written, and for some minutes those that have ended. */
export type RunningExports = {
  /** Null: one of this id is written already. `reading` fires when who downloads it goes. */
  readonly begin: (connection: ConnectionId, id: string, reading: AbortSignal) => ExportRun | null
  readonly find: (connection: ConnectionId, id: string) => ExportProgress | null
  /** False: there is none that is written. */
  readonly cancel: (connection: ConnectionId, id: string) => boolean
}

const keptMs = 10 * 60_000
const mostKept = 200

/** An export that nobody follows. */
export const unfollowed: ExportRun = {
  cancelled: new AbortController().signal,
  haveRead: () => {},
  haveWritten: () => {},
  end: () => {},
  fail: () => {},
}

/** How an export ended, by its report. */
export const endOf = (report: ExportReport): ExportState => {
  if (report.problem !== null || report.stop === 'error') return 'failed'
  if (report.stop === 'cancelled') return 'cancelled'
  if (report.complete) return 'complete'
  const isWhole =
    report.errors.length + (report.lost?.length ?? 0) + (report.notes?.length ?? 0) === 0 &&
    report.stop === 'enough'
  return isWhole ? 'limited' : 'partial'
}

/** The exports of a process, in its memory: a download is written by the process that was asked for it. */
export const makeRunningExports = (clock: Clock): RunningExports => {
  const kept = new Map<string, { progress: ExportProgress; readonly cancelling: AbortController }>()
  const keyOf = (connection: ConnectionId, id: string) => `${connection}/${id}`
  const forget = () => {
    const before = clock.nowMs() - keptMs
    const ended = [...kept].filter(([, { progress }]) => progress.endedAt !== null)
    for (const [index, [key, { progress }]] of ended.entries())
      if ((progress.endedAt ?? 0) < before || index < ended.length - mostKept) kept.delete(key)
  }
  return {
    begin: (connection, id, reading) => {
      forget()
      const key = keyOf(connection, id)
      if (kept.get(key)?.progress.state === 'running') return null
      const cancelling = new AbortController()
      const one = {
        cancelling,
        progress: {
          state: 'running',
          rows: 0,
          fileBytes: 0,
          messages: '0',
          bytes: '0',
          startedAt: clock.nowMs(),
          endedAt: null,
          durationMs: 0,
          report: null,
          problem: null,
        } as ExportProgress,
      }
      kept.delete(key)
      kept.set(key, one)
      const change = (more: Partial<ExportProgress>) => {
        one.progress = { ...one.progress, ...more }
      }
      const endedAt = () => clock.nowMs()
      const leave = () => {
        if (one.progress.state === 'running') change({ state: 'left', endedAt: endedAt() })
      }
      if (reading.aborted) leave()
      else reading.addEventListener('abort', leave, { once: true })
      return {
        cancelled: cancelling.signal,
        haveRead: (messages, bytes) => change({ messages: messages.toString(), bytes: bytes.toString() }),
        haveWritten: (rows, fileBytes) =>
          change({ rows: one.progress.rows + rows, fileBytes: one.progress.fileBytes + fileBytes }),
        end: (report) => {
          // Who has the whole file goes, too.
          reading.removeEventListener('abort', leave)
          const { messages, bytes, problem } = report
          change({ state: endOf(report), endedAt: endedAt(), report, messages, bytes, problem })
        },
        fail: (problem) => change({ state: 'failed', endedAt: endedAt(), problem }),
      }
    },
    find: (connection, id) => {
      const one = kept.get(keyOf(connection, id))
      if (one === undefined) return null
      const { startedAt, endedAt } = one.progress
      return { ...one.progress, durationMs: Math.max(0, (endedAt ?? clock.nowMs()) - startedAt) }
    },
    cancel: (connection, id) => {
      const one = kept.get(keyOf(connection, id))
      if (one?.progress.state !== 'running') return false
      one.cancelling.abort()
      return true
    },
  }
}
