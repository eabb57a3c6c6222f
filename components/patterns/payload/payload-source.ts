import { downloadAddresses } from '#server/contracts/addresses.ts'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { Side } from '#server/contracts/decoders.ts'
import { refusalOf, unreachable } from '../../client/failed-calls.ts'

/** Where a payload rests: what more of it can be asked for. */
export type PayloadSource = {
  readonly connection: string
  readonly topic: string
  readonly position: string
  readonly side: Side
}

type Query = {
  readonly as: 'raw' | 'text'
  readonly from?: number
  readonly bytes?: number
  readonly file?: true
}

/** The address of a payload as raw bytes or text, a range of it (`from`, `bytes`, in bytes), or as a file. */
export const payloadAddress = ({ connection, topic, position, side }: PayloadSource, query: Query): string =>
  apiAddress(downloadAddresses.readPayload.path, { connection, topic, position }, { side, ...query })

/** The answer to a request for a payload. Rejects with the server's problem. */
const askPayload = async (source: PayloadSource, query: Query, signal: AbortSignal): Promise<Response> => {
  const response = await fetch(payloadAddress(source, query), { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw unreachable('No connection to the server that serves this page.')
  })
  if (!response.ok) throw await refusalOf(response)
  return response
}

/** A range of raw bytes. */
export const loadBytes = async (
  source: PayloadSource,
  from: number,
  bytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> =>
  new Uint8Array(await (await askPayload(source, { as: 'raw', from, bytes }, signal)).arrayBuffer())

/** The whole text of a payload, read piece by piece; `onProgress` is told how many bytes have come. */
export const loadWholeText = async (
  source: PayloadSource,
  signal: AbortSignal,
  onProgress?: (bytes: number) => void,
): Promise<string> => {
  const response = await askPayload(source, { as: 'text' }, signal)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) return response.text()
  const pieces: string[] = []
  let bytes = 0
  for (;;) {
    const next = await reader.read()
    if (next.done) return pieces.join('')
    pieces.push(next.value)
    bytes += next.value.length
    onProgress?.(bytes)
  }
}
