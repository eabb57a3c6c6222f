import { SpanKind } from '@opentelemetry/api'
import type { z } from 'zod'
import type { Stream } from '#server/contracts/streams.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Actor, Connection, Deps } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'
import { currentTraceId, withSpan } from '#server/telemetry.ts'
import { checkFrames } from './check-frames.ts'
import { problemOf, problemResponse } from './error-table.ts'
import { faultOfThrown } from './fault-of-thrown.ts'
import { openAsked } from './open-asked.ts'
import type { RouteContext } from './route.ts'

const keepAliveMs = 15_000

/** What the opening of a stream gets: everything parsed and allowed. */
export type StreamInput<S extends Stream> = {
  readonly deps: Deps
  readonly actor: Actor
  readonly params: z.output<S['params']>
  readonly query: z.output<S['query']>
  /** Its signal fires when the browser goes or the lifetime is over. */
  readonly call: Call
  /** The `Last-Event-ID` of a browser that resumes; null at first. */
  readonly resumeAfter: string | null
} & (S['path'] extends `/api/{connection}${string}` ? { readonly connection: Connection } : unknown)

/** A stream and the use case that opens it. */
export type StreamOperation<S extends Stream = Stream> = {
  readonly stream: S
  /** Does all that can fail first. The frames end with the signal. */
  readonly open: (
    input: StreamInput<S>,
  ) => Promise<Result<AsyncGenerator<z.output<S['frame']>, void, void>, Fault>>
}

/**
 * Makes a route handler of a stream of frames. What fails while it is opened is answered as an ordinary HTTP error.
 * Frames follow as Server-Sent Events with short ids, no faster than the browser takes them; the generator is ended
 * when the browser goes, when the lifetime is over, or when it is done.
 */
export const sse =
  <const S extends Stream>(operation: StreamOperation<S>) =>
  (request: Request, context: RouteContext): Promise<Response> =>
    withSpan(
      `stream ${operation.stream.path}`,
      { 'http.request.method': 'GET', 'http.route': operation.stream.path },
      async () => {
        const { lifetimeMs } = operation.stream
        const leaving = new AbortController()
        const ending = AbortSignal.any([
          request.signal,
          leaving.signal,
          ...(lifetimeMs === null ? [] : [AbortSignal.timeout(lifetimeMs)]),
        ])
        const opened = await openAsked(
          operation.stream,
          (input) => operation.open(input as StreamInput<S>),
          request,
          context,
          ending,
        ).catch((error: unknown) => fail(faultOfThrown(error, ending)))
        if (!opened.ok)
          return problemResponse(
            problemOf(opened.error.code, opened.error.detail, {
              source: opened.error.source,
              traceId: currentTraceId(),
            }),
          )
        return new Response(streamOf(checkFrames(opened.value, operation.stream), ending, leaving), {
          headers: {
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store, no-transform',
            'x-accel-buffering': 'no',
          },
        })
      },
      { kind: SpanKind.SERVER, carrier: request.headers },
    )

const streamOf = <F extends { readonly type: string }>(
  frames: AsyncGenerator<F, void, void>,
  ending: AbortSignal,
  leaving: AbortController,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  let keepAlive: NodeJS.Timeout | undefined
  let id = 0
  const finish = () => {
    clearInterval(keepAlive)
    // A generator that was never asked for a frame does not run its `finally`: the signal tells it too.
    leaving.abort()
    void frames.return().catch(() => {})
  }
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode('retry: 1000\n\n'))
      keepAlive = setInterval(() => controller.enqueue(encoder.encode(': alive\n\n')), keepAliveMs)
      if (ending.aborted) finish()
      else ending.addEventListener('abort', finish, { once: true })
    },
    pull: async (controller) => {
      const next = await frames.next().catch((error: unknown) => {
        const fault = faultOfThrown(error, ending)
        return {
          done: false,
          value: { type: 'error', problem: problemOf(fault.code, fault.detail, { source: fault.source }) },
        } as const
      })
      if (next.done) {
        finish()
        controller.close()
        return
      }
      id += 1
      controller.enqueue(encoder.encode(`id: ${id.toString(36)}\ndata: ${JSON.stringify(next.value)}\n\n`))
      if (next.value.type === 'error') {
        finish()
        controller.close()
      }
    },
    cancel: finish,
  })
}
