import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long one scan may keep the process from everything else at a stretch. */
const sliceMs = 12

/** Lets the rest of the process have its turn within a long computation; what is reckoned side by side shares one. */
export type Pacer = {
  /** Whether it is time to rest: asking is cheap. */
  isDue(): boolean
  rest(): Promise<void>
}

export const makePacer = (): Pacer => {
  let since = performance.now()
  return {
    isDue: () => performance.now() - since >= sliceMs,
    rest: async () => {
      await nextTurn()
      since = performance.now()
    },
  }
}
