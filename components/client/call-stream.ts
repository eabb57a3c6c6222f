import type { z } from 'zod'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { Stream } from '#server/contracts/streams.ts'
import type { Known } from './endpoints.ts'
import { refusalOf, unreachable } from './failed-calls.ts'
import { frameMisfit } from './fit-contract.ts'
import { makeEventReader } from './read-events.ts'

export type StreamCall<S extends Stream> = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: z.input<S['query']>
}

/** The server sends a sign of life every 15 s: a stream that is silent for longer is dead, though it looks open. */
const silenceMs = 40_000

/**
 * Reads one stream of the API frame by frame, no faster than frames are taken, until it ends. Throws a ProblemError
 * when it is refused before it begins or the server goes; aborting the signal ends it on the server, too.
 */
export const callStream = async function* <const S extends Stream>(
  stream: Known<S>,
  input: StreamCall<S>,
  signal: AbortSignal,
): AsyncGenerator<z.output<S['frame']>, void, void> {
  const address = apiAddress(stream.path, input.params ?? {}, input.query as Record<string, unknown>)
  const lost = new AbortController()
  const response = await fetch(address, { signal: AbortSignal.any([signal, lost.signal]) }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error
      throw unreachable('No connection to the server that serves this page.')
    },
  )
  if (!response.ok || !response.body) throw await refusalOf(response)
  const misfitOf = await frameMisfit(response, stream)
  const read = makeEventReader()
  // Not every browser can iterate over a stream; all have readers.
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let silence: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      silence = setTimeout(() => lost.abort(), silenceMs)
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (signal.aborted) throw error
        throw unreachable('The connection broke off while it was answering.')
      })
      clearTimeout(silence)
      if (done) return
      for (const event of read(value)) {
        const frame: unknown = JSON.parse(event.data)
        const misfit = misfitOf(frame)
        if (misfit) throw misfit
        yield frame as z.output<S['frame']>
      }
    }
  } finally {
    clearTimeout(silence)
    lost.abort()
  }
}
