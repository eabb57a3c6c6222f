'use client'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { MessageStreamQuery } from '#server/contracts/message-stream.ts'
import { callStream } from './call-stream.ts'
import { streams } from './endpoints.ts'
import { ProblemError } from './problem-error.ts'
import { beginPage, idleSearch, nextBegin, type SearchState, takeFrame } from './search-state.ts'

/** What is searched: all of it stands in the address of a page. */
export type SearchAsked = Omit<MessageStreamQuery, 'cursor' | 'budgetBytes'> & { readonly connection: string }

const defaultLimit = 50
/** So many searches are kept: whoever comes back from a row finds the list as it was left. */
const mostKept = 8

type Run = {
  state: SearchState
  readonly listeners: Set<() => void>
  stop: (() => void) | null
  leaving: ReturnType<typeof setTimeout> | undefined
}

const runs = new Map<string, Run>()

const runOf = (asked: SearchAsked): Run => {
  const key = JSON.stringify(asked)
  const kept = runs.get(key)
  if (kept) return kept
  const run: Run = {
    state: idleSearch(asked.order ?? 'newest', Number(asked.limit ?? defaultLimit)),
    listeners: new Set(),
    stop: null,
    leaving: undefined,
  }
  runs.set(key, run)
  const oldest = [...runs].find(([, { listeners, stop }]) => listeners.size === 0 && stop === null)
  if (runs.size > mostKept && oldest && oldest[1] !== run) runs.delete(oldest[0])
  return run
}

const set = (run: Run, state: SearchState): void => {
  run.state = state
  for (const listener of run.listeners) listener()
}

const cancel = (run: Run): void => {
  run.stop?.()
  run.stop = null
  if (run.state.status === 'running') set(run, { ...run.state, status: 'cancelled' })
}

/** Reads the next page of a run. */
const read = async (
  run: Run,
  { connection, ...query }: SearchAsked,
  budgetBytes: number | undefined,
): Promise<void> => {
  const cursor = nextBegin(run.state)
  run.stop?.()
  const stopping = new AbortController()
  run.stop = () => stopping.abort()
  set(run, beginPage(run.state))
  try {
    const frames = callStream(
      streams.searchMessages,
      {
        params: { connection },
        query: {
          ...query,
          ...(cursor === null ? {} : { cursor }),
          ...(budgetBytes === undefined ? {} : { budgetBytes }),
        },
      },
      stopping.signal,
    )
    for await (const frame of frames) {
      if (stopping.signal.aborted) return
      if (frame.type === 'error') throw new ProblemError(frame.problem)
      set(run, takeFrame(run.state, frame, Date.now()))
    }
    if (run.state.status === 'running' && !stopping.signal.aborted)
      throw new Error('The search ended without a report.')
  } catch (error) {
    if (stopping.signal.aborted) return
    set(run, { ...run.state, status: 'failed', error, updatedAt: Date.now() })
  } finally {
    if (!stopping.signal.aborted) run.stop = null
  }
}

const restart = (run: Run, asked: SearchAsked, budgetBytes: number | undefined): void => {
  set(run, idleSearch(run.state.order, run.state.limit))
  void read(run, asked, budgetBytes)
}

/**
 * A search over topics that runs as soon as it is shown and whenever what is asked changes; `null` asks nothing.
 * Leaving the page cancels it, and cancelling ends it on the server. Coming back shows it as it was left, and one that
 * had found nothing yet begins anew.
 *
 * `again` begins anew, `goOn` reads on after the last whole page. `budgetBytes` is what each request may read from now
 * on; the installation's default when left out.
 */
export const useMessageSearch = (asked: SearchAsked | null, budgetBytes?: number) => {
  const key = asked === null ? null : JSON.stringify(asked)
  const run = asked === null ? null : runOf(asked)
  const state = useSyncExternalStore(
    (listener) => {
      run?.listeners.add(listener)
      return () => void run?.listeners.delete(listener)
    },
    () => run?.state ?? nothing,
    () => nothing,
  )
  const budget = useRef(budgetBytes)
  useEffect(() => {
    if (budget.current === budgetBytes) return
    budget.current = budgetBytes
    if (key === null) return
    const own: SearchAsked = JSON.parse(key)
    const current = runOf(own)
    // A budget that was refused and is changed was meant to be searched with.
    if (current.state.status === 'failed' && current.state.rows.length === 0)
      restart(current, own, budgetBytes)
  }, [key, budgetBytes])
  useEffect(() => {
    if (key === null) return
    const own: SearchAsked = JSON.parse(key)
    const current = runOf(own)
    clearTimeout(current.leaving)
    if (current.state.status === 'idle') void read(current, own, budget.current)
    return () => {
      // React mounts twice while developing, and a page that is drawn anew is no page that was left.
      current.leaving = setTimeout(() => {
        if (current.listeners.size > 0) return
        const { status, rows, pages, order, limit } = current.state
        cancel(current)
        // Nobody has cancelled it: left before it found anything, it begins anew when the page is come back to.
        if (status === 'running' && rows.length === 0 && pages.length <= 1)
          set(current, idleSearch(order, limit))
      }, 50)
    }
  }, [key])
  return {
    state,
    again: (): void => {
      if (run === null || asked === null) return
      restart(run, asked, budgetBytes)
    },
    goOn: (): void => {
      if (run === null || asked === null) return
      void read(run, asked, budgetBytes)
    },
    cancel: (): void => {
      if (run !== null) cancel(run)
    },
  }
}

const nothing = idleSearch('newest', defaultLimit)
