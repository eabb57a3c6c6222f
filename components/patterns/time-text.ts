const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    ...(zone === 'local' ? {} : { timeZone: zone }),
  })
  formats.set(zone, made)
  return made
}

/** Date and time in a zone, apart: `2026-11-21` and `03:04:11.204`. */
export const timeParts = (atMs: number, zone: string): { readonly date: string; readonly time: string } => {
  const found = Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  )
  const { year, month, day, hour, minute, second, fractionalSecond } = found
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}.${fractionalSecond}` }
}

/** Whether a zone name can be used. */
export const isZone = (zone: string): boolean => {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}
