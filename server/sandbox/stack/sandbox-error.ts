/** A fault of the machine that the operator can mend: one clear message, printed without a stack. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
}

/** What is said when a disk has no room left, from wherever it is heard. */
export const diskIsFull = (what: string, dir: string): string =>
  `${what}: the disk under ${dir} is full. Free 600 MB, or use a folder on another disk, and start again.`
