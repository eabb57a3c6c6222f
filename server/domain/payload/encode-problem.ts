/** Why a text can not be encoded, and where: `items[2].price`, empty for the whole. */
export type EncodeProblem = { readonly path: string; readonly message: string }

export const at = (path: string, name: string): string =>
  /^[A-Za-z_][\w-]*$/.test(name)
    ? path === ''
      ? name
      : `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`
export const atIndex = (path: string, index: number): string => `${path}[${index}]`

/** What encoding came to: bytes, or every problem that was found. */
export type Encoded =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly problems: readonly EncodeProblem[] }

/** More than this nobody reads at once. */
export const mostProblems = 50

/** Bytes written as `0x` and hexadecimal digits, as decoded payloads show them; null when they are not. */
export const bytesOfHex = (text: string): Buffer | null =>
  /^0x([0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text.slice(2), 'hex') : null
