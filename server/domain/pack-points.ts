/**
 * Counts of a row of minutes as a short text: `place:count` for each that is not zero, places from the end, so that most
 * groups of a quiet hour take a few characters. Counts are whole numbers.
 */
export const packPoints = (points: readonly number[]): string =>
  points.flatMap((count, at) => (count === 0 ? [] : `${points.length - 1 - at}:${count}`)).join(' ')

/**
 * What `packPoints` has packed, as the newest so many counts, `later` places further from the end; what leaves them is
 * left out.
 */
export const unpackPoints = (packed: string, length: number, later = 0): number[] => {
  const points = new Array<number>(length).fill(0)
  let at = packed.length - 1
  // By hand: split and Number take several times as long, and thousands are unpacked whenever somebody looks. From the
  // end, where the newest stand: often only those are asked for.
  const numberBefore = (): number => {
    let number = 0
    let code = packed.charCodeAt(at)
    for (let unit = 1; code >= zero && code < colon; unit *= 10) {
      number += (code - zero) * unit
      code = packed.charCodeAt(--at)
    }
    at--
    return number
  }
  while (at >= 0) {
    const count = numberBefore()
    const place = length - 1 - numberBefore() - later
    if (place < 0) break
    points[place] = count
  }
  return points
}

const zero = 48
const colon = 58
