import type { ServerResponse } from 'node:http'
import protobuf from 'protobufjs/minimal.js'

export type Encoding = 'protobuf' | 'json'

export const contentTypeOf = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
} as const satisfies Record<Encoding, string>

/** Codes of google.rpc.Code that the receiver answers with. */
export const rpcCode = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const
export type RpcCode = (typeof rpcCode)[keyof typeof rpcCode]

const send = (
  response: ServerResponse,
  status: number,
  encoding: Encoding,
  body: Uint8Array | string,
): void => {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'content-type': contentTypeOf[encoding],
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/**
 * 200 with an ExportTraceServiceResponse; `partialSuccess` says how many spans can not be stored and why, or, with none
 * rejected, what the sender should know.
 */
export const sendStored = (
  response: ServerResponse,
  encoding: Encoding,
  partialSuccess: { readonly rejectedSpans: number; readonly message: string } | null,
): void => {
  send(
    response,
    200,
    encoding,
    encoding === 'json' ? writeJson(partialSuccess) : writeProtobuf(partialSuccess),
  )
}

type PartialSuccess = Parameters<typeof sendStored>[2]

const writeJson = (partialSuccess: PartialSuccess): string =>
  partialSuccess === null
    ? '{}'
    : JSON.stringify({
        partialSuccess: {
          rejectedSpans: String(partialSuccess.rejectedSpans),
          errorMessage: partialSuccess.message,
        },
      })

const writeProtobuf = (partialSuccess: PartialSuccess): Uint8Array => {
  const writer = protobuf.Writer.create()
  if (partialSuccess !== null) {
    writer.uint32((1 << 3) | 2).fork()
    if (partialSuccess.rejectedSpans > 0) writer.uint32(1 << 3).int64(partialSuccess.rejectedSpans)
    writer.uint32((2 << 3) | 2).string(partialSuccess.message)
    writer.ldelim()
  }
  return writer.finish()
}

/** 4xx and 5xx carry a google.rpc.Status in the request's encoding (OTLP specification, "Failures"). */
export const sendFailure = (
  response: ServerResponse,
  encoding: Encoding,
  failure: {
    readonly status: number
    readonly code: RpcCode
    readonly message: string
    readonly retryAfterS?: number
  },
): void => {
  if (response.headersSent || response.destroyed) return
  if (failure.retryAfterS !== undefined) response.setHeader('retry-after', failure.retryAfterS)
  send(
    response,
    failure.status,
    encoding,
    encoding === 'json' ? writeJsonStatus(failure) : writeStatus(failure),
  )
}

type RpcStatus = { readonly code: RpcCode; readonly message: string }

const writeJsonStatus = ({ code, message }: RpcStatus): string => JSON.stringify({ code, message })

const writeStatus = ({ code, message }: RpcStatus): Uint8Array =>
  protobuf.Writer.create()
    .uint32(1 << 3)
    .int32(code)
    .uint32((2 << 3) | 2)
    .string(message)
    .finish()
