import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'

export type BodyLimits = {
  /** Bytes of one body as sent, and after decompression. */
  readonly bodyBytes: number
  readonly inflatedBytes: number
  /** Bytes of all bodies being read, as sent. */
  readonly allBodiesBytes: number
  /** Bodies decompressed at the same time; each may take `inflatedBytes` of memory. */
  readonly inflating: number
}

export const defaultBodyLimits: BodyLimits = {
  bodyBytes: 16 * 1024 * 1024,
  inflatedBytes: 64 * 1024 * 1024,
  allBodiesBytes: 64 * 1024 * 1024,
  inflating: 2,
}

/** Why there is no body. `aborted`: the sender went away, nobody waits for an answer. */
export type BodyFailure = 'too-large' | 'overloaded' | 'unknown-encoding' | 'malformed' | 'aborted'

const gunzipBounded = promisify(gunzip)
const inflateBounded = promisify(inflate)

/** Reads bodies within limits on each and on all of them together, so that no sender can fill the memory. */
export const makeBodyReader = (limits: BodyLimits = defaultBodyLimits) => {
  let heldBytes = 0
  let inflating = 0
  const queue: (() => void)[] = []

  const oneOfFew = async <T>(work: () => Promise<T>): Promise<T> => {
    if (inflating >= limits.inflating) await new Promise<void>((resolve) => queue.push(resolve))
    else inflating++
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else inflating--
    }
  }

  const decompress = async (body: Buffer, encoding: string): Promise<Buffer | BodyFailure> => {
    const options = { maxOutputLength: limits.inflatedBytes }
    try {
      return await oneOfFew(() =>
        encoding === 'deflate' ? inflateBounded(body, options) : gunzipBounded(body, options),
      )
    } catch (error) {
      return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed'
    }
  }

  /**
   * Reads and decompresses the body, then hands it to `use`, during which it counts as held. Stops reading at the first
   * limit.
   */
  return async <T>(request: IncomingMessage, use: (body: Buffer) => T): Promise<T | BodyFailure> => {
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
    if (!['identity', 'gzip', 'x-gzip', 'deflate', ''].includes(encoding)) return 'unknown-encoding'
    if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) return 'too-large'
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      // Destroying the request would take the connection along, and with it the answer.
      const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
      for await (const chunk of body) {
        chunks.push(chunk)
        bytes += chunk.length
        heldBytes += chunk.length
        if (bytes > limits.bodyBytes) return 'too-large'
        if (heldBytes > limits.allBodiesBytes) return 'overloaded'
      }
      const sent = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)
      if (encoding === 'identity' || encoding === '') return use(sent)
      const whole = await decompress(sent, encoding)
      return typeof whole === 'string' ? whole : use(whole)
    } catch (error) {
      if (request.destroyed && !request.complete) return 'aborted'
      throw error
    } finally {
      heldBytes -= bytes
    }
  }
}
