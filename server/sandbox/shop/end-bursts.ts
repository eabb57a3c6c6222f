import { type Control, readControl, writeControl } from './control.ts'

const burstMs = 10_000

/** Ends each burst 10 s after it was begun, also one that was on when the shop started. The shop does so by itself. */
export const endBursts = (control: Control, file?: string): (() => void) => {
  let timer: NodeJS.Timeout | null = null
  const end = (): void => {
    timer = null
    const state = readControl(file) ?? control.state()
    writeControl({ ...state, broken: state.broken.filter((name) => name !== 'burst') }, file)
  }
  const follow = (): void => {
    if (control.isBroken('burst')) timer ??= setTimeout(end, burstMs)
    else if (timer !== null) {
      clearTimeout(timer)
      timer = null
    }
  }
  control.onChange(follow)
  follow()
  return () => {
    if (timer !== null) clearTimeout(timer)
  }
}
