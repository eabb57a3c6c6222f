'use client'
import { useEffect, useRef, useState } from 'react'
import type { MessageTailQuery } from '#server/contracts/message-stream.ts'
import { callStream } from './call-stream.ts'
import { streams } from './endpoints.ts'
import { ProblemError } from './problem-error.ts'
import {
  beginTail,
  endTailStream,
  loseTail,
  pauseTail,
  resumeTail,
  type TailState,
  takeTailFrame,
} from './tail-state.ts'

/** What is followed: all of it stands in the address of a page. */
export type TailAsked = Omit<MessageTailQuery, 'cursor'> & { readonly connection: string }

/** Rows come on screen no more often than this. */
const drawEveryMs = 250
const firstPauseMs = 500
const longestPauseMs = 10_000

const isFinal = (error: unknown): boolean => error instanceof ProblemError && error.problem.status < 500

/** Reads stream after stream, each from where the last one stood, until the signal fires or asking again is no use. */
const keepReading = async (
  { connection, ...query }: TailAsked,
  change: (next: (state: TailState) => TailState) => void,
  cursorOf: () => string | null,
  signal: AbortSignal,
): Promise<void> => {
  let pauseMs = firstPauseMs
  while (!signal.aborted) {
    const cursor = cursorOf()
    try {
      const frames = callStream(
        streams.tailMessages,
        { params: { connection }, query: { ...query, ...(cursor === null ? {} : { cursor }) } },
        signal,
      )
      for await (const frame of frames) {
        if (signal.aborted) return
        if (frame.type === 'error') throw new ProblemError(frame.problem)
        pauseMs = firstPauseMs
        change((state) => takeTailFrame(state, frame))
      }
      // The stream's lifetime is over. One that ends at once, behind a proxy say, must not become a loop.
      change(endTailStream)
      await wait(drawEveryMs, signal)
    } catch (error) {
      if (signal.aborted) return
      change((state) =>
        isFinal(error)
          ? { ...endTailStream(state), status: 'failed', error }
          : loseTail(endTailStream(state), error, Date.now()),
      )
      if (isFinal(error)) return
      await wait(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/**
 * Follows topics while it is shown. Leaving ends the stream, on the server too. The stream goes on while it is paused:
 * what comes is counted, and the newest of it kept. `again` begins anew after a refusal.
 */
export const useMessageTail = (asked: TailAsked) => {
  const key = JSON.stringify(asked)
  const [round, setRound] = useState(0)
  const [shown, setShown] = useState({ key, state: beginTail() })
  const latest = useRef(shown.state)
  const change = (next: (state: TailState) => TailState): void => {
    latest.current = next(latest.current)
  }
  useEffect(() => {
    const own: TailAsked = JSON.parse(key)
    const leaving = new AbortController()
    latest.current = beginTail()
    const draw = () =>
      setShown((old) => (old.state === latest.current ? old : { key, state: latest.current }))
    draw()
    const timer = setInterval(draw, drawEveryMs)
    void keepReading(own, change, () => latest.current.cursor, leaving.signal)
    return () => {
      clearInterval(timer)
      leaving.abort()
    }
  }, [key, round])
  const apply = (next: (state: TailState) => TailState): void => {
    change(next)
    setShown({ key, state: latest.current })
  }
  return {
    // Of another question, nothing is shown.
    state: shown.key === key ? shown.state : beginTail(),
    pause: () => apply((state) => pauseTail(state, Date.now())),
    resume: () => apply(resumeTail),
    again: () => setRound((number) => number + 1),
  }
}
