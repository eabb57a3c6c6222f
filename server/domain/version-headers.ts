import { byHeaderNames } from './by-header-names.ts'
import type { RawHeader } from './dead-letter.ts'
import { type DeadLetterRules, defaultDeadLetterRules } from './dead-letter-rules.ts'

const versionHeader = /(^|[-_.])(version|build|release|commit|sha|revision|image[-_.]?tag)$/i
const mostHeaders = 4
const mostNameChars = 100
const mostValueBytes = 100

const placesOfVersions = byHeaderNames((headers) =>
  headers
    .flatMap(({ name }, place) => (name.length <= mostNameChars && versionHeader.test(name) ? [place] : []))
    .slice(0, mostHeaders),
)

/** A header and what it says, as text. */
export type VersionHeader = readonly [name: string, value: string]

/** Headers of a record that name the version of what wrote it, as `x-app-version` does; at most four, short ones. */
export const versionHeadersOf = (
  headers: readonly RawHeader[],
  rules: DeadLetterRules = defaultDeadLetterRules,
): readonly VersionHeader[] =>
  placesOfVersions(headers, rules).flatMap((place): VersionHeader[] => {
    const { name = '', value = null } = headers[place] ?? {}
    if (value === null || value.length > mostValueBytes) return []
    return [[name, Buffer.from(value).toString('utf8')]]
  })
