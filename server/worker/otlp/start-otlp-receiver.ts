import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { SpanRecord } from '#server/domain/traces/span-record.ts'
import { isKnownHost, type KnownHosts } from '#server/known-hosts.ts'
import type { Clock } from '#server/ports/clock.ts'
import type { Deps } from '#server/services/deps.ts'
import { storeSpans } from '#server/services/store-spans.ts'
import { type BatchLimits, makeSpanBatcher } from './batch-spans.ts'
import { decodeJson } from './decode-json.ts'
import { decodeProtobuf } from './decode-protobuf.ts'
import { type Encoding, rpcCode, sendFailure, sendStored } from './otlp-answer.ts'
import { type BodyFailure, type BodyLimits, makeBodyReader } from './read-body.ts'
import { startIntakeReport } from './report-spans.ts'
import { MalformedOtlp, type Rejections } from './span-parts.ts'

export type OtlpReceiverOptions = {
  readonly db: Deps['db']
  /** 0 takes a free one. 4318 is the port that OpenTelemetry SDKs send to by default. */
  readonly port: number
  readonly host: string
  readonly logger: Logger
  readonly clock: Clock
  /** What requests may be addressed to. */
  readonly knownHosts: KnownHosts
  readonly batchLimits?: BatchLimits
  readonly bodyLimits?: BodyLimits
}

export type OtlpReceiver = { readonly port: number; close(): Promise<void> }

/**
 * Receives spans by OTLP/HTTP (opentelemetry-proto, docs/specification.md) as protobuf or JSON at POST /v1/traces. 200
 * is answered only when the spans are committed in PostgreSQL, so nothing that was answered 200 is lost; while they can
 * not be stored the answer is 503, and 429 when too many wait, both of which senders try again. `close` stores what was
 * accepted. Rejects when the port is taken.
 */
export const startOtlpReceiver = async (options: OtlpReceiverOptions): Promise<OtlpReceiver> => {
  const { db, logger } = options
  const batcher = makeSpanBatcher((spans) => storeSpans({ db }, spans), options.batchLimits)
  const readBody = makeBodyReader(options.bodyLimits)
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    receive(request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'a span request could not be answered')
      sendFailure(response, encodingOf(request) ?? 'json', {
        status: 500,
        code: rpcCode.internal,
        message: 'The receiver failed; its log says how.',
      })
    })
  })

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const encoding = encodingOf(request)
    const refusal = refuse(request, encoding, options.knownHosts)
    if (refusal !== null || encoding === null) {
      request.resume()
      if (refusal?.status === 405) response.setHeader('allow', 'POST')
      return sendFailure(response, encoding ?? 'json', refusal ?? unsupportedType)
    }
    if (batcher.isFull()) {
      request.resume()
      return sendFailure(response, encoding, overloaded)
    }
    const rejections: Rejections = { count: 0, reason: null, warning: null }
    const decoded = await decodeBody(request, encoding, rejections)
    if (!Array.isArray(decoded)) {
      request.resume()
      if (decoded !== 'aborted')
        sendFailure(response, encoding, typeof decoded === 'string' ? bodyFailures[decoded] : decoded)
      return
    }
    // A sender that gave up sends the same spans again, which then are there already.
    const result = await batcher.store(decoded)
    if (result.ok) {
      report.received(decoded)
      const message = rejections.reason ?? rejections.warning
      return sendStored(
        response,
        encoding,
        message === null ? null : { rejectedSpans: rejections.count, message },
      )
    }
    logger.warn({ kind: result.error.kind, detail: result.error.detail }, 'spans could not be stored')
    sendFailure(
      response,
      encoding,
      result.error.kind === 'refused'
        ? {
            status: 400,
            code: rpcCode.invalidArgument,
            message: `PostgreSQL refuses the spans: ${result.error.detail}`,
          }
        : { status: 503, code: rpcCode.unavailable, message: 'Spans can not be stored now.', retryAfterS: 2 },
    )
  }

  const decodeBody = async (
    request: IncomingMessage,
    encoding: Encoding,
    rejections: Rejections,
  ): Promise<SpanRecord[] | BodyFailure | Failure> => {
    try {
      return await readBody(request, (body) =>
        encoding === 'json' ? decodeJson(body, rejections) : decodeProtobuf(body, rejections),
      )
    } catch (error) {
      if (!(error instanceof MalformedOtlp)) throw error
      return { status: 400, code: rpcCode.invalidArgument, message: error.message }
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => resolve())
  })
  server.on('error', (error) => logger.error({ err: error }, 'span receiver'))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const report = startIntakeReport(options, `${options.host}:${port}`)
  logger.info({ port, host: options.host }, 'receiving spans')
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await batcher.drain()
      // Answers that follow the last write, then connections that senders keep open.
      await new Promise((resolve) => setTimeout(resolve, 50))
      server.closeAllConnections()
      await closed
      await report.stop()
    },
  }
}

type Failure = Parameters<typeof sendFailure>[2]

const encodingOf = (request: IncomingMessage): Encoding | null => {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf'
  return type === 'application/json' ? 'json' : null
}

const unsupportedType: Failure = {
  status: 415,
  code: rpcCode.invalidArgument,
  message: 'Send application/x-protobuf or application/json.',
}
const overloaded: Failure = {
  status: 429,
  code: rpcCode.resourceExhausted,
  message: 'More spans wait than can be stored; send again later.',
  retryAfterS: 1,
}

const bodyFailures = {
  'too-large': {
    status: 413,
    code: rpcCode.invalidArgument,
    message: 'The request is too large: at most 16 MB as sent and 64 MB after decompression.',
  },
  overloaded,
  'unknown-encoding': {
    status: 415,
    code: rpcCode.invalidArgument,
    message: 'Content-Encoding must be gzip, deflate or none.',
  },
  malformed: {
    status: 400,
    code: rpcCode.invalidArgument,
    message: 'The body can not be decompressed as its Content-Encoding says.',
  },
} as const satisfies Record<Exclude<BodyFailure, 'aborted'>, Failure>

const otherSignals: ReadonlyMap<string, string> = new Map([
  [
    '/v1/metrics',
    'Spillway receives traces only. Set OTEL_METRICS_EXPORTER=none, or send metrics elsewhere.',
  ],
  ['/v1/logs', 'Spillway receives traces only. Set OTEL_LOGS_EXPORTER=none, or send logs elsewhere.'],
])

/** What is wrong before the body matters, or null. */
const refuse = (
  request: IncomingMessage,
  encoding: Encoding | null,
  knownHosts: KnownHosts,
): Failure | null => {
  if (!isKnownHost(request.headers.host, knownHosts))
    return {
      status: 403,
      code: rpcCode.permissionDenied,
      message: 'The Host of this request is not known here.',
    }
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const other = otherSignals.get(path)
  if (other !== undefined) return { status: 404, code: rpcCode.unimplemented, message: other }
  if (path !== '/v1/traces')
    return { status: 404, code: rpcCode.notFound, message: 'Spans are received at POST /v1/traces.' }
  if (request.method !== 'POST')
    return { status: 405, code: rpcCode.unimplemented, message: 'Spans are received by POST.' }
  return encoding === null ? unsupportedType : null
}
