import type { Stream } from '#server/contracts/streams.ts'
import { logger } from '#server/logger.ts'

/**
 * Frames on their way out, each held against the stream's contract. One that does not fit is a defect: an error outside
 * of production; there it is logged, once a type and stream, and sent as it is, as answers are. A frame of 100 rows takes
 * between one and two milliseconds, as long as writing it as JSON.
 */
export const checkFrames = async function* <F extends { readonly type: string }>(
  frames: AsyncGenerator<F, void, void>,
  { path, frame }: Pick<Stream, 'path' | 'frame'>,
): AsyncGenerator<F, void, void> {
  const told = new Set<string>()
  for await (const one of frames) {
    const { error } = frame.safeParse(one)
    if (error && !told.has(one.type)) {
      const [issue] = error.issues
      const detail = `A frame of ${path} (${one.type}) does not fit its contract: ${issue?.path.join('.')}: ${issue?.message}`
      if (process.env.NODE_ENV !== 'production') throw new Error(detail)
      told.add(one.type)
      logger.error({ path, detail }, 'frame does not fit its contract')
    }
    yield one
  }
}
