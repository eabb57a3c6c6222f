import { createLoader, parseAsBoolean, parseAsInteger, parseAsString } from 'nuqs/server'

/** What the address of the list of traces holds: text, service, errors only, minutes back, least duration in ms. */
export const tracesSearch = {
  q: parseAsString.withDefault(''),
  service: parseAsString.withDefault(''),
  errors: parseAsBoolean.withDefault(false),
  minutes: parseAsInteger.withDefault(60),
  least: parseAsInteger.withDefault(0),
}

export const loadTraces = createLoader(tracesSearch)

/** What the list asks the API. */
export const tracesAsk = ({
  q,
  service,
  errors,
  minutes,
  least,
}: Awaited<ReturnType<typeof loadTraces>>) => ({
  query: {
    q,
    minutes,
    errors: String(errors),
    ...(service === '' ? {} : { service }),
    ...(least === 0 ? {} : { minDurationMs: least }),
  },
})
