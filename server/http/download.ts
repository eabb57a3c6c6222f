import { SpanKind } from '@opentelemetry/api'
import type { z } from 'zod'
import type { Download } from '#server/contracts/downloads.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Actor, Connection, Deps } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'
import { currentTraceId, withSpan } from '#server/telemetry.ts'
import { problemOf, problemResponse } from './error-table.ts'
import { faultOfThrown } from './fault-of-thrown.ts'
import { openAsked } from './open-asked.ts'
import type { RouteContext } from './route.ts'

/** What the opening of a download gets: everything parsed and allowed. */
export type DownloadInput<D extends Download> = {
  readonly deps: Deps
  readonly actor: Actor
  readonly connection: Connection
  readonly params: z.output<D['params']>
  readonly query: z.output<D['query']>
  readonly call: Call
}

/** Bytes on their way, and what they are. */
export type Delivery = {
  readonly contentType: string
  /** Offered as a file of this name; null: shown where it is. */
  readonly fileName: string | null
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** When it is known before. */
  readonly sizeBytes?: number
}

/** A download and the use case that opens it. */
export type DownloadOperation<D extends Download = Download> = {
  readonly download: D
  readonly open: (input: DownloadInput<D>) => Promise<Result<Delivery, Fault>>
}

const openingMs = 20_000

/** A header can not hold every character of a name: others are left out, the whole stands beside it (RFC 6266). */
const disposition = (name: string): string =>
  `attachment; filename="${name.replace(/[^\w.@-]+/g, '-')}"; filename*=UTF-8''${encodeURIComponent(name)}`

const streamOf = (chunks: Delivery['chunks'], leaving: AbortController): ReadableStream<Uint8Array> => {
  const iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> =
    Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    cancel: async () => {
      // What waits for a broker does not hear of a return before it has its answer.
      leaving.abort()
      await iterator.return?.()
    },
  })
}

/** Makes a route handler of a download. What fails while it is opened is answered as an ordinary HTTP error. */
export const download =
  <const D extends Download>({ download: asked, open }: DownloadOperation<D>) =>
  (request: Request, context: RouteContext): Promise<Response> =>
    withSpan(
      `download ${asked.path}`,
      { 'http.request.method': 'GET', 'http.route': asked.path },
      async () => {
        const leaving = new AbortController()
        const opening = AbortSignal.any([request.signal, leaving.signal])
        const patience = setTimeout(
          () => leaving.abort(new DOMException('It took too long to begin', 'TimeoutError')),
          openingMs,
        )
        const opened = await openAsked(
          asked,
          (input) => open(input as DownloadInput<D>),
          request,
          context,
          opening,
        ).catch((error: unknown) => fail(faultOfThrown(error, opening)))
        clearTimeout(patience)
        if (!opened.ok)
          return problemResponse(
            problemOf(opened.error.code, opened.error.detail, {
              source: opened.error.source,
              traceId: currentTraceId(),
            }),
          )
        const { contentType, fileName, chunks, sizeBytes } = opened.value
        return new Response(streamOf(chunks, leaving), {
          headers: {
            'content-type': contentType,
            // Payloads are strangers' bytes: nothing of them is to be run as a page of ours.
            'x-content-type-options': 'nosniff',
            'content-security-policy': "default-src 'none'; sandbox",
            'cache-control': 'no-store',
            ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }),
            ...(fileName === null ? {} : { 'content-disposition': disposition(fileName) }),
          },
        })
      },
      { kind: SpanKind.SERVER, carrier: request.headers },
    )
