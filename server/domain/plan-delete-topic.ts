import { sayBytes, sayMany, sayRate } from './say-amounts.ts'
import type { ChangeFacts, TopicNow } from './topic-change-facts.ts'
import { finding, type PlanParts } from './topic-change-finding.ts'

/** The plan of a deletion: what will be gone, who reads and writes it, and that it can not be undone. */
export const deleteTopic = (topic: TopicNow, { environment }: ChangeFacts): PlanParts => {
  const { name, messages, sizeBytes, groups, subjects, kind, producedPerSecond, partitions } = topic
  const isCompacted = (topic.settings.find((one) => one.name === 'cleanup.policy')?.value ?? '').includes(
    'compact',
  )
  const size = sizeBytes === null ? '' : ` (${sayBytes(sizeBytes)} on disk)`
  const what =
    messages === null ? 'all its messages' : `${isCompacted ? 'at most ' : ''}${sayMany(messages, 'message')}`
  const active = groups.filter(({ state }) => state !== 'empty' && state !== 'dead')
  const waiting = groups.filter(({ lag }) => lag > 0n)
  return {
    title: `Delete ${name}`,
    effect: messages === null ? `Delete ${name}` : `Delete ${name} and its ${sayMany(messages, 'message')}`,
    steps: [
      `${sayMany(partitions.length, 'partition')} with ${what}${size} are deleted from all brokers.`,
      ...(groups.length === 0 ? [] : ['The offsets that groups have committed on it are forgotten.']),
      ...(subjects.length === 0
        ? []
        : ['Its schemas stay in the registry: delete them there when nothing else uses them.']),
    ],
    findings: [
      ...(kind === 'internal'
        ? [
            finding(
              'refused',
              'internal',
              'It is an internal topic: brokers or frameworks keep their own state in it and fail without it.',
            ),
          ]
        : []),
      ...(active.length === 0
        ? []
        : [
            finding(
              'warning',
              'read',
              `${sayMany(active.length, 'group')} with members ${active.length === 1 ? 'reads' : 'read'} it now: ${active.map(({ group }) => group).join(', ')}. ${active.length === 1 ? 'It fails' : 'They fail'}, or wait for it to come back.`,
            ),
          ]),
      ...(waiting.length === 0
        ? []
        : [
            finding(
              'warning',
              'unread',
              `Not read yet: ${waiting.map(({ group, lag }) => `${sayMany(lag, 'message')} by ${group}`).join(', ')}. They will never be read.`,
            ),
          ]),
      ...(producedPerSecond !== null && producedPerSecond > 0
        ? [
            finding(
              'warning',
              'written',
              `It is written to, ${sayRate(producedPerSecond)}: producers fail, or make it anew where brokers create topics by themselves.`,
            ),
          ]
        : []),
      ...(kind === 'dead-letter'
        ? [
            finding(
              'warning',
              'dead-letters',
              'It holds dead letters: they can not be replayed any more, and their payloads are gone.',
            ),
          ]
        : kind === 'retry'
          ? [
              finding(
                'warning',
                'retries',
                'It holds messages that wait for another attempt: they will not be tried again.',
              ),
            ]
          : []),
      ...(groups.length === 0
        ? [finding('fact', 'nobody-reads', 'No consumer group has been seen reading it.')]
        : []),
      ...(messages === 0n ? [finding('fact', 'empty', 'It is empty.')] : []),
    ],
    undo: 'It can not be undone.',
    nameToType: environment.production ? name : null,
  }
}
