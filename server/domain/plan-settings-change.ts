import type { ChangeFinding } from '#server/contracts/topic-changes.ts'
import { tooFewReplicas } from './plan-create-topic.ts'
import { sayBytes, sayMany } from './say-amounts.ts'
import type { ChangeFacts, TopicNow } from './topic-change-facts.ts'
import { finding, type PlanParts } from './topic-change-finding.ts'
import { checkSetting, explainSetting, readSetting } from './topic-settings.ts'

type Change = {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
  readonly isDefaultAfter: boolean
}

/** The plan of changed settings: before and after, what becomes true at once, and how to take it back. */
export const changeSettings = (
  topic: TopicNow,
  wanted: Readonly<Record<string, string | null>>,
  facts: ChangeFacts,
): PlanParts => {
  const known = new Map(topic.settings.map((setting) => [setting.name, setting]))
  const asked = Object.entries(wanted).map(([name, value]): Change => {
    const now = known.get(name)
    return {
      name,
      before: now?.value ?? null,
      after: value ?? now?.defaultValue ?? null,
      isDefaultAfter: value === null,
    }
  })
  const changes = asked.filter(
    ({ name, before, after, isDefaultAfter }) =>
      before !== after || isDefaultAfter !== (known.get(name)?.isDefault ?? true),
  )
  const names = changes.map(({ name }) => name)
  return {
    title: `Change the configuration of ${topic.name}`,
    effect:
      changes.length === 1
        ? `Change ${names[0]} of ${topic.name}`
        : `Change ${changes.length} settings of ${topic.name}`,
    steps: changes.map((change) => sayStep(change)),
    findings: [
      ...(changes.length === 0
        ? [finding('refused', 'no-change', 'Nothing would change: these are the values in force.')]
        : []),
      ...asked.flatMap(({ name, after, isDefaultAfter }) => {
        if (known.get(name)?.isReadOnly)
          return [finding('refused', 'read-only', `${name} can not be changed.`, name)]
        const problem = isDefaultAfter || after === null ? null : checkSetting(name, after)
        return problem === null ? [] : [finding('refused', 'value', `${name}: ${problem}`, name)]
      }),
      ...changes.flatMap((change) => consequencesOf(change, changes, topic, facts)),
      ...(topic.kind === 'internal'
        ? [
            finding(
              'warning',
              'internal',
              'It is an internal topic: brokers or frameworks count on the settings they gave it.',
            ),
          ]
        : []),
    ],
    settings: changes.map((change) => ({
      ...change,
      beforeReadable: readSetting(change.name, change.before),
      afterReadable: readSetting(change.name, change.after),
      explanation: explainSetting(change.name),
    })),
    undo: 'The former values are offered again after the change. What was deleted meanwhile does not come back.',
  }
}

const say = (name: string, value: string | null): string =>
  value === null ? 'nothing' : (readSetting(name, value) ?? value)

const sayStep = ({ name, before, after, isDefaultAfter }: Change): string =>
  `${name} goes from ${say(name, before)} to ${say(name, after)}${isDefaultAfter ? ', which is what holds without the topic’s own value' : ''}.`

const limitOf = (value: string | null): bigint | null =>
  value === null || !/^\d+$/.test(value) ? null : BigInt(value)

/** Whether a limit is lower after than before; −1 is none. */
const isLowered = (before: string | null, after: string | null): boolean => {
  const [former, next] = [limitOf(before), limitOf(after)]
  return next !== null && (former === null || next < former)
}

const consequencesOf = (
  change: Change,
  changes: readonly Change[],
  topic: TopicNow,
  facts: ChangeFacts,
): ChangeFinding[] => {
  const { name, before, after } = change
  const valueAfter = (wanted: string): string =>
    changes.find((one) => one.name === wanted)?.after ??
    topic.settings.find((one) => one.name === wanted)?.value ??
    ''
  const deletes = valueAfter('cleanup.policy').split(',').includes('delete')
  switch (name) {
    case 'retention.ms':
      return deletes && isLowered(before, after) ? sayDeletedByTime(change, facts) : []
    case 'retention.bytes':
      return deletes && isLowered(before, after) ? sayDeletedBySize(change, topic) : []
    case 'cleanup.policy':
      return sayPolicy(change, facts)
    case 'max.message.bytes':
      return isLowered(before, after)
        ? [
            finding(
              'warning',
              'smaller-messages',
              `Batches above ${say(name, after)} are refused from then on; what is there stays.`,
              name,
            ),
          ]
        : [
            finding(
              'fact',
              'larger-messages',
              'Consumers must be able to read the larger messages too (max.partition.fetch.bytes, and their memory).',
              name,
            ),
          ]
    case 'min.insync.replicas':
      return sayInSync(change, topic)
    case 'unclean.leader.election.enable':
      return after === 'true'
        ? [
            finding(
              'warning',
              'unclean',
              'A partition whose replicas are all away comes back with whichever returns first: messages that only the others had are lost.',
              name,
            ),
          ]
        : []
    case 'message.timestamp.type':
      return [
        finding(
          'fact',
          'timestamps',
          'Only messages written from then on are stamped so: searches by time see both kinds.',
          name,
        ),
      ]
    default:
      return []
  }
}

const soon =
  'within minutes, as soon as the brokers check, in whole segments: the newest segment of a partition stays'

const sayLoss = (messages: bigint, bytes: bigint | null): string =>
  `about ${sayMany(messages, 'message')}${bytes === null ? '' : `, ${sayBytes(bytes)}`}`

const sayDeletedByTime = ({ name, before, after }: Change, { outdated }: ChangeFacts): ChangeFinding[] => {
  const change = `Retention from ${say(name, before)} to ${say(name, after)}`
  if (outdated === null)
    return [
      finding(
        'warning',
        'deletes',
        `${change} deletes older messages ${soon}. How many could not be found out.`,
        name,
      ),
    ]
  return outdated.messages === 0n
    ? [finding('fact', 'deletes-nothing', `${change} deletes nothing now: no message is older.`, name)]
    : [
        finding(
          'warning',
          'deletes',
          `${change} deletes ${sayLoss(outdated.messages, outdated.bytes)}, ${soon}.`,
          name,
        ),
      ]
}

const sayDeletedBySize = (
  { name, before, after }: Change,
  { partitionBytes, messages, sizeBytes }: TopicNow,
): ChangeFinding[] => {
  const limit = limitOf(after) ?? 0n
  const change = `A limit of ${say(name, after)} a partition instead of ${say(name, before)}`
  if (partitionBytes === null)
    return [
      finding(
        'warning',
        'deletes',
        `${change} deletes the oldest messages above it ${soon}. How many could not be found out.`,
        name,
      ),
    ]
  const bytes = partitionBytes.reduce((sum, size) => sum + (size > limit ? size - limit : 0n), 0n)
  if (bytes === 0n)
    return [
      finding('fact', 'deletes-nothing', `${change} deletes nothing now: no partition is larger.`, name),
    ]
  const share = messages === null || !sizeBytes ? null : (messages * bytes) / sizeBytes
  return [
    finding(
      'warning',
      'deletes',
      `${change} deletes ${share === null ? `about ${sayBytes(bytes)}` : sayLoss(share, bytes)}, ${soon}.`,
      name,
    ),
  ]
}

const sayPolicy = ({ name, before, after }: Change, { outdated }: ChangeFacts): ChangeFinding[] => {
  const [was, will] = [before ?? '', after ?? '']
  const begins = (policy: string) => will.includes(policy) && !was.includes(policy)
  return [
    ...(begins('compact')
      ? [
          finding(
            'warning',
            'compacts',
            'From then on only the newest message of each key is kept for certain: older ones are removed when the log is compacted, and messages without a key are refused.',
            name,
          ),
        ]
      : []),
    ...(begins('delete')
      ? [
          finding(
            'warning',
            'deletes',
            outdated === null
              ? `Messages beyond the retention are deleted ${soon}, also the last one of a key.`
              : `Messages beyond the retention are deleted, also the last one of a key: ${sayLoss(outdated.messages, outdated.bytes)}, ${soon}.`,
            name,
          ),
        ]
      : []),
    ...(was.includes('delete') && !will.includes('delete')
      ? [
          finding(
            'warning',
            'grows',
            'Nothing is deleted by age or size any more: the topic grows with the number of its keys.',
            name,
          ),
        ]
      : []),
  ]
}

const sayInSync = ({ name, after }: Change, { partitions }: TopicNow): ChangeFinding[] => {
  const replicas = Math.max(0, ...partitions.map((one) => one.replicas.length))
  const tooFew = tooFewReplicas(after, replicas)
  if (tooFew.length > 0) return tooFew
  const short = partitions.filter(({ inSync }) => inSync.length < Number(after)).length
  return short === 0
    ? []
    : [
        finding(
          'warning',
          'short-now',
          `${short === 1 ? '1 partition has' : `${short} partitions have`} fewer replicas in sync than that at present: producers with acks=all are refused there at once.`,
          name,
        ),
      ]
}
