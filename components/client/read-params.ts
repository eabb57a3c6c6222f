/** A part of a path as it was meant; one with an escape that is none as it stands. */
export const decodePart = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Path parameters of a page as they were meant: Next hands them on percent-encoded. */
export const readParams = async <T extends Record<string, string>>(params: Promise<T>): Promise<T> =>
  Object.fromEntries(Object.entries(await params).map(([name, value]) => [name, decodePart(value)])) as T
