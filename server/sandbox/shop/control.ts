import { AsyncLocalStorage } from 'node:async_hooks'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unwatchFile,
  watchFile,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Breakage, breakageNames } from './shop-names.ts'

const controlState = z.object({
  /** Orders a second. */
  rate: z.number().min(0).max(5_000),
  broken: z.array(z.enum(breakageNames as [Breakage, ...Breakage[]])),
})
export type ControlState = z.infer<typeof controlState>

/** The file through which the command line reaches the running shop. */
export const controlFile = (): string => process.env.SHOP_CONTROL_FILE ?? '.spillway/demo/shop.json'

/** The state the file holds, or null when there is none or it can not be read. */
export const readControl = (file = controlFile()): ControlState | null => {
  if (!existsSync(file)) return null
  try {
    const parsed = controlState.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Replaces the state in one step, so that no reader sees half of it. */
export const writeControl = (state: ControlState, file = controlFile()): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2))
  renameSync(`${file}.new`, file)
}

export type Control = {
  readonly state: () => ControlState
  readonly isBroken: (what: Breakage) => boolean
  readonly onChange: (listener: () => void) => void
  readonly close: () => void
}

/** Follows the file. What can not be read leaves the last state in force. */
export const followControl = (fallback: ControlState, file = controlFile()): Control => {
  let current = readControl(file) ?? fallback
  const listeners: (() => void)[] = []
  watchFile(file, { interval: 400 }, () => {
    current = readControl(file) ?? current
    for (const listener of listeners) listener()
  })
  return {
    state: () => current,
    isBroken: (what) => current.broken.includes(what),
    // In the context of who listens: what a service begins after a change still stands under its name in traces.
    onChange: (listener) => listeners.push(AsyncLocalStorage.bind(listener)),
    close: () => unwatchFile(file),
  }
}
