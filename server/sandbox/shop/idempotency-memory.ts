export type IdempotencyMemory = {
  readonly has: (key: string) => boolean
  readonly add: (key: string) => void
}

const remembered = 20_000

/** The keys of what was done, the last 20,000, for as long as the process lives. */
export const makeIdempotencyMemory = (limit = remembered): IdempotencyMemory => {
  const keys = new Set<string>()
  return {
    has: (key) => keys.has(key),
    add: (key) => {
      keys.add(key)
      const [oldest] = keys
      if (keys.size > limit && oldest !== undefined) keys.delete(oldest)
    },
  }
}
