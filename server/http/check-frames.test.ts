import { afterEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { logger } from '#server/logger.ts'
import { checkFrames } from './check-frames.ts'

const frame = z.object({ type: z.enum(['row', 'end']), rows: z.number() })
const stream = { path: '/api/test', frame }
type Frame = { readonly type: string; readonly rows: unknown }
const misfits: readonly Frame[] = [
  { type: 'row', rows: 1 },
  { type: 'row', rows: 'two' },
  { type: 'row', rows: 'three' },
  { type: 'end', rows: null },
]
const left: string[] = []
const framesOf = async function* (): AsyncGenerator<Frame, void, void> {
  try {
    yield* misfits
  } finally {
    left.push('left')
  }
}

const readAll = async (): Promise<Frame[]> => {
  const read: Frame[] = []
  for await (const one of checkFrames(framesOf(), stream)) read.push(one)
  return read
}

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  left.length = 0
})

it('a frame that does not fit is logged in production, once a type, and sent as it is', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const error = vi.spyOn(logger, 'error').mockImplementation(() => {})
  expect(await readAll()).toEqual(misfits)
  expect(error.mock.calls.map(([told]) => told)).toEqual([
    { path: '/api/test', detail: expect.stringContaining('(row) does not fit its contract: rows: ') },
    { path: '/api/test', detail: expect.stringContaining('(end) does not fit its contract: rows: ') },
  ])
})

it('a frame that does not fit is an error elsewhere, and what makes the frames is ended', async () => {
  await expect(readAll()).rejects.toThrow('does not fit its contract')
  expect(left).toEqual(['left'])
})
