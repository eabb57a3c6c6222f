import { createLoader, type Options, type ParserMap, type UseQueryStatesKeysMap, useQueryStates } from 'nuqs'
import { useEffect } from 'react'

/**
 * States of the address that are pushed onto the history, as `useQueryStates` has them, and true to the address also for
 * who goes back at once: nuqs takes back what it was told when the address is drawn anew, and an address that was left
 * before it was drawn looks to it as if nothing had changed.
 */
export const usePushedStates = <Parsers extends UseQueryStatesKeysMap & ParserMap>(
  parsers: Parsers,
  options: Options = {},
) => {
  const states = useQueryStates(parsers, options)
  const [, setStates] = states
  useEffect(() => {
    const { pathname } = location
    const read = createLoader(parsers)
    const takeBack = (): void => {
      if (location.pathname !== pathname) return
      // Parsers read what states hold: that the two are of one type, nuqs does not say.
      void setStates(read(location.search) as Parameters<typeof setStates>[0], { history: 'replace' })
    }
    window.addEventListener('popstate', takeBack)
    return () => window.removeEventListener('popstate', takeBack)
  }, [parsers, setStates])
  return states
}
