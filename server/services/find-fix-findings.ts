import type { FailureGroupEvidence } from '#server/contracts/failure-group-evidence.ts'
import { isDying } from '#server/domain/death-rate.ts'
import { sayArrivals } from '#server/domain/plan-findings.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import { type FailureGroupRecord, readFailureGroups } from '#server/repositories/failure-groups.ts'
import type { Connection, Deps } from './deps.ts'
import type { FoundLetters } from './found-letters.ts'
import type { Judged } from './judge-letters.ts'
import { showFailureGroupEvidence } from './show-failure-group-evidence.ts'

/** Of so many failure groups, those with the most letters, it is asked whether they are fixed. */
const askedGroups = 6
const toldGroups = 3

type Fix = FailureGroupEvidence['fix']
type Asked = {
  readonly group: FailureGroupRecord
  readonly letters: readonly Judged[]
  /** Null: not asked. */
  readonly fix: Fix | null
}

/**
 * Letters whose cause is probably not fixed, or of which nothing tells that it is, by what the page of their failure group
 * says: deaths since the last deploy that concerns it. Without one, whether they die at present.
 */
export const findFixFindings = async (
  deps: Deps,
  connection: Connection,
  ready: readonly Judged[],
): Promise<readonly FoundLetters[]> => {
  const lettersOf = Map.groupBy(ready, ({ letter }) => letter.failureGroupId)
  const groups = (await readFailureGroups(deps.db, connection.id, [...lettersOf.keys()]))
    .flatMap((group) => {
      const letters = lettersOf.get(group.id)
      return letters ? [{ group, letters }] : []
    })
    .sort((a, b) => b.letters.length - a.letters.length)
  const asked = await Promise.all(
    groups.map(async ({ group, letters }, place): Promise<Asked> => {
      const evidence = place < askedGroups ? await showFailureGroupEvidence(deps, connection, group.id) : null
      return { group, letters, fix: evidence?.ok ? evidence.value.fix : null }
    }),
  )
  const nowMs = deps.clock.nowMs()
  const isMarked = ({ fix }: Asked) => fix !== null && fix.verdict !== 'no-mark'
  const marked = asked.filter(isMarked)
  const unmarked = asked.filter((one) => !isMarked(one))
  const dyingSince = marked.filter(({ fix }) => fix?.verdict === 'still-dying')
  const dyingNow = unmarked.filter(({ group }) => isDying(group.trend))
  const quietUnmarked = unmarked.filter(({ fix, group }) => fix !== null && !isDying(group.trend))
  const unproven = marked.filter(({ fix }) => fix?.verdict === 'too-early' || fix?.verdict === 'unknown')
  const find = (code: FoundLetters[0], list: readonly Asked[], words: string): FoundLetters => [
    code,
    list.flatMap(({ letters }) => letters),
    words,
  ]
  const arrivals = (list: readonly Asked[]) =>
    list.length === 0
      ? []
      : [
          sayArrivals(
            list.map(({ group }) => group),
            nowMs,
          ),
        ]
  const unmarkedWords = dyingNow.some(({ fix }) => fix !== null) ? [noMark] : []
  return [
    find(
      'still-dying',
      [...dyingSince, ...dyingNow],
      inBrackets([...tell(dyingSince, against), ...arrivals(dyingNow), ...unmarkedWords]),
    ),
    find('fix-unproven', unproven, inBrackets(tell(unproven, ({ sentence }) => sentence))),
    find('fix-unmarked', quietUnmarked, ''),
  ]
}

const noMark = 'nobody has marked when a fix went out'

/** What speaks against the fix. */
const against = ({ points, sentence }: Fix): string =>
  points.flatMap(({ holds, text }) => (holds === false ? [withoutStop(text)] : [])).join('; ') || sentence

const withoutStop = (text: string): string => text.replace(/\.$/, '')

/** Of the first groups each; by their error where there are several. */
const tell = (list: readonly Asked[], say: (fix: Fix) => string): string[] => {
  const said = list.slice(0, toldGroups).flatMap(({ group, fix }) => {
    if (fix === null) return []
    const error = group.rootCause ?? group.errorClass
    const name = list.length > 1 && error !== null ? `${error}: ` : ''
    return [`${name}${withoutStop(say(fix))}`]
  })
  const more = list.length - said.length
  return more > 0 ? [...said, `and ${sayMany(more, 'more failure group')}`] : said
}

const inBrackets = (parts: readonly string[]): string => (parts.length === 0 ? '' : ` (${parts.join('; ')})`)
