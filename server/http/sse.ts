import { SpanKind } from '@opentelemetry/api'
import type { LiveFrame } from '#server/contracts/live.ts'
import type { Permission } from '#server/contracts/permissions.ts'
import type { Result } from '#server/domain/result.ts'
import type { Fault } from '#server/services/fault.ts'
import { currentTraceId, withSpan } from '#server/telemetry.ts'
import { localOperator, mayNot } from './actor.ts'
import { problemOf, problemResponse } from './error-table.ts'
import { faultOfThrown } from './fault-of-thrown.ts'

const keepAliveMs = 15_000
/** A stream ends after this long and the browser resumes it, so that a process can be drained. */
const lifetimeMs = 90_000

export type StreamRequest = {
  readonly url: URL
  readonly signal: AbortSignal
  /** The `Last-Event-ID` of a browser that resumes; null at first. */
  readonly resumeAfter: string | null
}

/**
 * Makes a route handler of a stream of frames. `open` does all that can fail first: its fault is answered as an
 * ordinary HTTP error. Frames follow as Server-Sent Events with short ids; the generator is ended when the browser
 * goes, when the lifetime is over, or when it is done.
 */
export const sse =
  (
    permission: Permission,
    open: (request: StreamRequest) => Promise<Result<AsyncGenerator<LiveFrame, void, void>, Fault>>,
  ) =>
  (request: Request): Promise<Response> =>
    withSpan(
      `stream ${new URL(request.url).pathname}`,
      { 'http.request.method': 'GET' },
      async () => {
        const leaving = new AbortController()
        const ending = AbortSignal.any([request.signal, leaving.signal, AbortSignal.timeout(lifetimeMs)])
        const refusal = mayNot(localOperator, permission)
        const opened = refusal
          ? ({ ok: false, error: refusal } as const)
          : await open({
              url: new URL(request.url),
              signal: ending,
              resumeAfter: request.headers.get('last-event-id'),
            }).catch((error: unknown) => ({ ok: false, error: faultOfThrown(error, ending) }) as const)
        if (!opened.ok)
          return problemResponse(
            problemOf(opened.error.code, opened.error.detail, {
              source: opened.error.source,
              traceId: currentTraceId(),
            }),
          )
        return new Response(streamOf(opened.value, ending, leaving), {
          headers: {
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-store, no-transform',
            'x-accel-buffering': 'no',
          },
        })
      },
      { kind: SpanKind.SERVER, carrier: request.headers },
    )

const streamOf = (
  frames: AsyncGenerator<LiveFrame, void, void>,
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
          value: { type: 'error', problem: problemOf(fault.code, fault.detail) },
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
