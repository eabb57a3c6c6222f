import type { KeptHashes, LinesHashes } from '#server/contracts/replay-report.ts'

/** What the line of an item tells. */
export type LinedItem = {
  /** Its place in the order of sending, from 0 on. */
  readonly seq: number
  readonly sourceTopic: string
  readonly sourceTopicId: string | null
  readonly sourcePartition: number
  readonly sourceOffset: bigint
  readonly attempt: number
  readonly targetTopic: string
  readonly outcome: string
  readonly targetPartition: number | null
  readonly targetOffset: bigint | null
}

/** An item as the audit's hashes are made of it: words with one blank between them. The first six are known at the start. */
export const lineOf = (item: LinedItem): string => {
  const { seq, sourceTopicId, sourceTopic, sourcePartition, sourceOffset, attempt, targetTopic } = item
  const copy =
    item.targetPartition === null || item.targetOffset === null
      ? '-'
      : `${item.targetPartition}@${item.targetOffset}`
  return [
    seq + 1,
    sourceTopicId ?? sourceTopic,
    sourcePartition,
    sourceOffset,
    attempt,
    targetTopic,
    item.outcome,
    copy,
  ].join(' ')
}

/** The name of a hash over lines among the facts of an entry of the audit. */
export const linesHashFact = 'SHA-256 of the lines'

type Entry = {
  readonly id: string
  readonly facts: {
    readonly selection?: Readonly<Record<string, unknown>> | undefined
    readonly outcome?: Readonly<Record<string, unknown>> | undefined
  } | null
}

/** The hashes that entries of the audit keep, which are told oldest first: that of the outcomes from the newest. */
export const findKeptHashes = (entries: readonly Entry[]): KeptHashes => {
  const keptIn = (part: 'selection' | 'outcome') =>
    entries.flatMap(({ id, facts }) => {
      const hash = facts?.[part]?.[linesHashFact]
      return typeof hash === 'string' ? [{ entry: id, hash }] : []
    })
  return { start: keptIn('selection')[0] ?? null, end: keptIn('outcome').at(-1) ?? null }
}

const sayOne = (what: string, kept: KeptHashes['start'], now: string, missing: string): string =>
  kept === null
    ? `- ${what}: ${missing}. The lines of this report have ${now}\n`
    : `- ${what}: entry ${kept.entry} of the audit has ${kept.hash}. The lines of this report ${kept.hash === now ? 'have the same' : `have ${now}: they are not what they were`}\n`

/** How anybody checks the lines of a report against the audit, as Markdown. */
export const sayHowToCheck = (kept: KeptHashes, now: LinesHashes): string =>
  [
    'The last column of each item, and `line` in the JSON report, is its line: number, id of the source topic (its name where no id is known), partition, offset, attempt, target topic, outcome, and where the copy stands (`-`: nowhere, or not told). The audit, whose entries are chained, keeps a SHA-256 over the first six words of all lines from when the replay was started, and one over whole lines from when it ended and each time outcomes changed after that. Each line ends with a line feed.\n\n',
    sayOne('What was selected', kept.start, now.coordinates, 'the audit has none'),
    sayOne('What came of it', kept.end, now.outcomes, 'the audit has none yet'),
    "\nTo check it from the JSON report: `jq -r '.items[].line' report.json | cut -d' ' -f1-6 | sha256sum` for what was selected, and without `cut` for what came of it.\n",
  ].join('')
