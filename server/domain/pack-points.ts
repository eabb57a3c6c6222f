/**
 * Counts of a row of minutes as a short text: `place:count` for each that is not zero, places from the end, so that most
 * groups of a quiet hour take a few characters. Counts are whole numbers.
 */
export const packPoints = (points: readonly number[]): string =>
  points.flatMap((count, at) => (count === 0 ? [] : `${points.length - 1 - at}:${count}`)).join(' ')

/** What `packPoints` has packed, as so many counts, `later` places further from the end; what leaves them is left out. */
export const unpackPoints = (packed: string, length: number, later = 0): number[] => {
  const points = new Array<number>(length).fill(0)
  let [place, number] = [0, 0]
  // By hand: split and Number take several times as long, and a thousand are unpacked whenever somebody looks.
  for (let at = 0; at <= packed.length; at++) {
    const code = packed.charCodeAt(at)
    if (code === colon) {
      place = length - 1 - number - later
      number = 0
    } else if (code >= zero && code < colon) number = number * 10 + code - zero
    else {
      if (place >= 0 && number > 0) points[place] = number
      number = 0
    }
  }
  return points
}

const zero = 48
const colon = 58
