/** Work cut into pieces: each yield says how far it has come, from 0 to 1. */
export type SlicedWork<T> = Generator<number, T, void>

/** Shorter than a frame: typing and scrolling go on between two slices. */
const sliceMs = 8

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    // A message comes sooner than a timer, and lets input and painting pass before it.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })

/**
 * Runs work in slices of 8 ms. Answers null when `signal` gave it up. `onProgress` is told after each slice.
 */
export const runInSlices = async <T>(
  work: SlicedWork<T>,
  signal: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<T | null> => {
  for (;;) {
    const until = performance.now() + sliceMs
    let share = 0
    do {
      const next = work.next()
      if (next.done) return signal.aborted ? null : next.value
      share = next.value
    } while (performance.now() < until)
    onProgress?.(share)
    await pause()
    if (signal.aborted) return null
  }
}

/** Runs work at once: for what is known to be small, and for tests. */
export const runAtOnce = <T>(work: SlicedWork<T>): T => {
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}
