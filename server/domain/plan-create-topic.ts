import type { ChangeFinding, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { sayCount, sayMany } from './say-amounts.ts'
import type { ChangeFacts } from './topic-change-facts.ts'
import { finding, type PlanParts } from './topic-change-finding.ts'
import { topicKindOf } from './topic-kind.ts'
import { checkTopicName, collidingTopic } from './topic-name-rules.ts'
import { checkSetting, explainSetting, readSetting } from './topic-settings.ts'

type CreateRequest = Extract<TopicChangeRequest, { action: 'create' }>

/** Above this, opening the topic and electing its leaders takes the brokers noticeable time. */
const manyPartitions = 200

/** The plan of a new topic: name, replicas that the brokers can hold, and settings that Kafka takes. */
export const createTopic = (
  { topic, partitions, replicationFactor, settings }: CreateRequest,
  facts: ChangeFacts,
): PlanParts => ({
  title: `Create ${topic === '' ? 'a topic' : topic}`,
  effect: `Create ${topic} with ${sayMany(partitions, 'partition')}`,
  steps: [
    `The topic ${topic} is made with ${sayMany(partitions, 'partition')}, ${sayMany(
      replicationFactor,
      'replica',
    )} of each.`,
    ...(Object.keys(settings).length === 0
      ? ['It takes all settings from the brokers.']
      : [
          `It gets ${sayMany(Object.keys(settings).length, 'setting')} of its own; all others come from the brokers.`,
        ]),
  ],
  findings: [
    ...checkName(topic, facts),
    ...checkReplicas(replicationFactor, facts),
    ...checkSettings(settings, replicationFactor),
    ...(partitions > manyPartitions
      ? [
          finding(
            'warning',
            'many-partitions',
            `${sayCount(partitions)} partitions are many: each costs the brokers memory, open files and time when a leader is chosen. They can not be taken away again.`,
            'partitions',
          ),
        ]
      : []),
  ],
  settings: Object.entries(settings).map(([name, after]) => ({
    name,
    before: null,
    beforeReadable: null,
    after,
    afterReadable: readSetting(name, after),
    isDefaultAfter: false,
    explanation: explainSetting(name),
  })),
  undo: 'It can be taken back by deleting the topic, with what was written to it until then.',
})

const checkName = (name: string, { topicNames }: ChangeFacts): ChangeFinding[] => {
  const problem = checkTopicName(name)
  if (problem !== null) return [finding('refused', 'name', problem, 'topic')]
  if (topicNames.includes(name))
    return [finding('refused', 'exists', `There is a topic named ${name} already.`, 'topic')]
  const other = collidingTopic(name, topicNames)
  if (other !== null)
    return [
      finding(
        'refused',
        'collision',
        `Kafka takes ${name} for the same as ${other}: in its metrics a dot and an underscore are one character.`,
        'topic',
      ),
    ]
  const kind = topicKindOf(name, false)
  return [
    ...(/[._]/.test(name) && name.includes('.') && name.includes('_')
      ? [
          finding(
            'warning',
            'dots-and-underscores',
            'The name holds dots and underscores: metrics can not tell them apart. Use one of the two.',
            'topic',
          ),
        ]
      : []),
    ...(kind === 'internal'
      ? [
          finding(
            'warning',
            'internal-name',
            'Names that begin with two underscores are those of internal topics: it will be hidden from lists.',
            'topic',
          ),
        ]
      : kind === 'dead-letter' || kind === 'retry'
        ? [
            finding(
              'fact',
              'marked-name',
              `By its name it counts as a topic of ${kind === 'retry' ? 'retries' : 'dead letters: what is written to it is indexed'}.`,
              'topic',
            ),
          ]
        : []),
  ]
}

const checkReplicas = (
  replicationFactor: number,
  { brokers, brokerRefusal }: ChangeFacts,
): ChangeFinding[] => {
  const there = `There ${brokers === 1 ? 'is 1 broker' : `are ${brokers} brokers`}`
  // Brokers that are away count for Kafka, as long as it knows them: whether there are enough, its own check says.
  if (replicationFactor > brokers)
    return brokerRefusal?.field === 'replicationFactor'
      ? [
          finding(
            'refused',
            'replicas',
            `${there}: that is the most replicas a partition can have.`,
            'replicationFactor',
          ),
        ]
      : [
          finding(
            'warning',
            'replicas-away',
            `${there} at present: the replicas on those that are away come when they do.`,
            'replicationFactor',
          ),
        ]
  return replicationFactor === 1 && brokers > 1
    ? [
        finding(
          'warning',
          'one-replica',
          'With one replica a partition can not be read or written while its broker is away, and its messages are lost with its disk.',
          'replicationFactor',
        ),
      ]
    : []
}

const checkSettings = (
  settings: Readonly<Record<string, string>>,
  replicationFactor: number,
): ChangeFinding[] => [
  ...Object.entries(settings).flatMap(([name, value]) => {
    const problem = checkSetting(name, value)
    return problem === null ? [] : [finding('refused', 'value', `${name}: ${problem}`, name)]
  }),
  ...tooFewReplicas(settings['min.insync.replicas'], replicationFactor),
]

/** More replicas must acknowledge a message than there are: nobody with acks=all can write. */
export const tooFewReplicas = (minimum: string | null | undefined, replicas: number): ChangeFinding[] =>
  minimum !== null && minimum !== undefined && Number(minimum) > replicas
    ? [
        finding(
          'warning',
          'min-insync',
          `min.insync.replicas is ${minimum}, but a partition has ${sayMany(replicas, 'replica')}: every producer with acks=all is refused.`,
          'min.insync.replicas',
        ),
      ]
    : []
