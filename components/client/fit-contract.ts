import type { z } from 'zod'
import type { Address } from '#server/contracts/addresses.ts'
import { build, buildHeader } from '#server/contracts/build.ts'
import { unreadable } from './failed-calls.ts'
import type { ProblemError } from './problem-error.ts'

/**
 * Whether the server that answered is of the build that this page is of. Then an answer, or a frame of a stream, was held
 * against its contract as it left: what does not fit is in the server's log. One of another build, or of whatever stands
 * between, is held against the contract here, which is loaded for that alone: with its library it would be a sixth of
 * what a page loads.
 */
export const isOfThisBuild = (response: Response): boolean => response.headers.get(buildHeader) === build

type Misfit = (value: unknown) => ProblemError | null

const fitsAll: Misfit = () => null

const misfitOf =
  (schema: z.ZodType | undefined): Misfit =>
  (value) => {
    const read = schema?.safeParse(value)
    if (read?.success) return null
    const issues = read?.error.issues ?? []
    return unreadable(issues[0]?.path.join('.') ?? '', issues.length)
  }

const isAt =
  ({ method, path }: Address) =>
  (one: Address): boolean =>
    one.method === method && one.path === path

/** What tells of an operation's answer why it does not fit the contract. */
export const answerMisfit = async (response: Response, address: Address): Promise<Misfit> => {
  if (isOfThisBuild(response)) return fitsAll
  const { endpoints } = await import('#server/contracts/endpoints.ts')
  return misfitOf(Object.values(endpoints).find(isAt(address))?.output)
}

/** What tells of the frames of a stream why they do not fit the contract. */
export const frameMisfit = async (response: Response, address: Address): Promise<Misfit> => {
  if (isOfThisBuild(response)) return fitsAll
  const { streams } = await import('#server/contracts/streams.ts')
  return misfitOf(Object.values(streams).find(isAt(address))?.frame)
}
