/** So few bytes are copied sooner one by one than by a call out of the engine. */
const fewBytes = 24

/** Copies bytes to a place in others. Answers where they end. */
export const copyInto = (into: Uint8Array, at: number, bytes: Uint8Array): number => {
  const { length } = bytes
  if (length > fewBytes) into.set(bytes, at)
  else for (let place = 0; place < length; place++) into[at + place] = bytes[place] ?? 0
  return at + length
}
