import { decodePart } from '#server/contracts/api-address.ts'

/** Path parameters of a page as they were meant: Next hands them on percent-encoded. */
export const readParams = async <T extends Record<string, string>>(params: Promise<T>): Promise<T> =>
  Object.fromEntries(Object.entries(await params).map(([name, value]) => [name, decodePart(value)])) as T
