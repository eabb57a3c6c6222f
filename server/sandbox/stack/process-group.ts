import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Leaders of the process groups that this process has started and that may still live. */
const own = new Set<number>()

/** The fields of /proc/<pid>/stat after the command's name, whose first is the state; empty without /proc. */
export const statOf = (pid: number): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}

/** Ended, and only not yet fetched by its parent: where process 1 fetches nobody's children, such a one stays. */
const isZombie = (stat: readonly string[]): boolean => stat[0] === 'Z'

/** Whether a process with this pid runs. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(statOf(pid))
  } catch {
    return false
  }
}

/** Signals a whole process group, named by its leader's pid. Answers whether there was anybody to signal. */
export const signalGroup = (leader: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, signal)
    return true
  } catch {
    return false
  }
}

/** Whether any process of the group runs. */
export const isGroupAlive = (leader: number): boolean => {
  if (!signalGroup(leader, 0)) return false
  if (!existsSync('/proc/self/stat')) return true
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    const stat = statOf(Number(name))
    return Number(stat[2]) === leader && !isZombie(stat)
  })
}

const endOwnGroups = (): void => {
  for (const leader of own) signalGroup(leader, 'SIGKILL')
}

/**
 * Remembers a group that this process leads. Whatever way this process ends (but SIGKILL), the group ends with it: a
 * part of its own group does not get the terminal's Ctrl-C.
 */
export const adoptGroup = (leader: number): void => {
  if (own.size === 0 && !process.listeners('exit').includes(endOwnGroups)) process.on('exit', endOwnGroups)
  own.add(leader)
}

/** Ends what a group's leader has left behind and forgets the group. */
export const closeGroup = (leader: number): void => {
  signalGroup(leader, 'SIGKILL')
  own.delete(leader)
}
