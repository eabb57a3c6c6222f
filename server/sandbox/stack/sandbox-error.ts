/** A fault of the machine that the operator can mend: one clear message, printed without a stack. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
}
