'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { isZone } from '../patterns/time-text.ts'
import { setPreferences, usePreferences } from './preferences.ts'

type Zone = {
  /** `local`, `UTC`, or a name of the IANA time zone database. */
  readonly zone: string
  readonly setZone: (zone: string) => void
}

const ZoneContext = createContext<Zone>({ zone: 'local', setZone: () => {} })

/** The zone in which times are shown, and how to choose another. */
export const useZone = (): Zone => useContext(ZoneContext)

/**
 * Keeps the chosen zone in the address (`?zone=Europe/Berlin`), so that a pasted link shows the same times to a
 * colleague. A zone that came with a link holds for the visit and is not remembered; local time stays out of the
 * address, because it is another one for everyone.
 */
export const ZoneProvider = ({ children }: { readonly children: ReactNode }) => {
  const [asked, setAsked] = useQueryState('zone', parseAsString)
  const inAddress = asked !== null && isZone(asked) ? asked : null
  const [visit, setVisit] = useState(inAddress)
  const { zone: preferred } = usePreferences()
  const zone = inAddress ?? visit ?? preferred
  useEffect(() => {
    if (inAddress !== null) setVisit(inAddress)
    else if (zone !== 'local') void setAsked(zone)
  }, [inAddress, zone, setAsked])
  const value = useMemo(
    () => ({
      zone,
      setZone: (next: string) => {
        setPreferences({ zone: next })
        setVisit(next)
        void setAsked(next === 'local' ? null : next)
      },
    }),
    [zone, setAsked],
  )
  return <ZoneContext value={value}>{children}</ZoneContext>
}
