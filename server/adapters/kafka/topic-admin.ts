import {
  createPartitionsV3,
  createTopicsV7,
  deleteTopicsV6,
  incrementalAlterConfigsV1,
  IncrementalAlterConfigOperationTypes as operations,
} from '@platformatic/kafka'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { ChangeCall, TopicAdmin } from '#server/ports/topic-admin.ts'
import { answering } from './answering.ts'
import type { BrokerApi } from './broker-apis.ts'
import type { KafkaClient } from './client.ts'
import { brokerError, errorOfCode } from './errors.ts'

const topicResource = 2
/** How long the controller may wait for the other brokers. */
const controllerTimeoutMs = 10_000
const notController = 41
const noId = '00000000-0000-0000-0000-000000000000'

/** What a request came to: the protocol's code and the words of the broker. */
type Outcome = { readonly errorCode: number; readonly errorMessage?: string | null | undefined }

/** The requests that change topics, for what a broker must know. */
export const changingApis = {
  create: createTopicsV7.api,
  delete: deleteTopicsV6.api,
  changeSettings: incrementalAlterConfigsV1.api,
  addPartitions: createPartitionsV3.api,
} as const

const fields: Readonly<Record<number, string>> = {
  17: 'name',
  36: 'name',
  37: 'partitions',
  38: 'replicationFactor',
  39: 'replicationFactor',
}
const invalidConfig = 40
const policyViolation = 44

/** The setting that a broker's sentence is about: "Invalid value x for configuration retention.ms: …", "Unknown topic config name: y". */
const settingNamedIn = (message: string): string | undefined =>
  (/configuration ([a-z][a-z0-9.]*[a-z0-9])/.exec(message) ?? /config name: ([^\s,]+)/.exec(message))?.[1]

const refusalOf = ({ errorCode, errorMessage }: Outcome, about: string): BrokerError => {
  const { kind, detail } = errorOfCode(errorCode, about)
  const words = errorMessage?.trim() ?? ''
  const field =
    errorCode === invalidConfig || errorCode === policyViolation ? settingNamedIn(words) : fields[errorCode]
  const isTold = words === '' || kind === 'denied' || kind === 'not-found'
  return {
    ...brokerError(kind, isTold ? detail : `${detail}. The broker says: ${words}`),
    ...(field === undefined ? {} : { field }),
  }
}

/** Topic administration of a cluster, asked of its controller. */
export const makeTopicAdmin = (client: KafkaClient): TopicAdmin => {
  const change = async <A extends unknown[], R>(
    about: string,
    { signal, mayWrite, validateOnly }: ChangeCall,
    api: BrokerApi<A, R>,
    read: (response: R) => Outcome | undefined,
    ...args: A
  ): Answer<null> => {
    const ask = async (maxAgeMs?: number): Promise<Outcome | undefined> => {
      const { controller } = await client.metadata(signal, maxAgeMs)
      return read(await client.ask(controller, signal, api, ...args))
    }
    const asked = await answering(about, async () => {
      if (mayWrite?.() === false)
        return { errorCode: 7, errorMessage: 'the time in which it may be changed is over' }
      const first = await ask()
      const outcome = first?.errorCode === notController ? await ask(0) : first
      // What is known of the topics is older than the change.
      if (validateOnly !== true) await client.metadata(signal, 0).catch(() => {})
      return outcome
    })
    if (!asked.ok) return asked
    if (asked.value === undefined)
      return fail(brokerError('invalid', `${about}: the broker answered nothing about it`))
    return asked.value.errorCode === 0 ? succeed(null) : fail(refusalOf(asked.value, about))
  }

  return {
    create: (topic, call) =>
      change(
        `topic ${topic.name}`,
        call,
        createTopicsV7.api,
        ({ topics }) => topics[0],
        [
          {
            name: topic.name,
            numPartitions: topic.partitions,
            replicationFactor: topic.replicationFactor,
            assignments: [],
            configs: [...topic.settings].map(([name, value]) => ({ name, value })),
          },
        ],
        controllerTimeoutMs,
        call.validateOnly ?? false,
      ),
    delete: ({ name, topicId }, call) =>
      change(
        `topic ${name}`,
        call,
        deleteTopicsV6.api,
        ({ responses }) => responses[0],
        [topicId === null || topicId === noId ? { name, topicId: null } : { name: null, topicId }],
        controllerTimeoutMs,
      ),
    changeSettings: (topic, changes, call) =>
      change(
        `topic ${topic}`,
        call,
        incrementalAlterConfigsV1.api,
        ({ responses }) => responses[0],
        [
          {
            resourceType: topicResource,
            resourceName: topic,
            configs: [...changes].map(([name, value]) =>
              value === null
                ? { name, configOperation: operations.DELETE }
                : { name, configOperation: operations.SET, value },
            ),
          },
        ],
        call.validateOnly ?? false,
      ),
    addPartitions: (topic, total, call) =>
      change(
        `topic ${topic}`,
        call,
        createPartitionsV3.api,
        ({ results }) => results[0],
        [{ name: topic, count: total, assignments: null }],
        controllerTimeoutMs,
        call.validateOnly ?? false,
      ),
  }
}
