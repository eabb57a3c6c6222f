import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { fail } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { ChangeCall } from '#server/ports/topic-admin.ts'
import type { Connection } from './deps.ts'

/**
 * Asks the broker for one change. `topicId`: of the topic that was seen; a deletion meets no other. Only a deletion can
 * not be tried with `validateOnly`.
 */
export const carryOut = (
  connection: Connection,
  request: TopicChangeRequest,
  topicId: string | null,
  call: ChangeCall,
): Answer<null> => {
  const { topicAdmin } = connection.broker
  if (!topicAdmin)
    return Promise.resolve(
      fail<BrokerError>({
        kind: 'unsupported',
        detail: 'Topics of this broker can not be changed from here.',
        source: 'broker',
      }),
    )
  const name = request.topic as TopicName
  switch (request.action) {
    case 'create':
      return topicAdmin.create(
        {
          name,
          partitions: request.partitions,
          replicationFactor: request.replicationFactor,
          settings: new Map(Object.entries(request.settings)),
        },
        call,
      )
    case 'change-settings':
      return topicAdmin.changeSettings(name, new Map(Object.entries(request.settings)), call)
    case 'add-partitions':
      return topicAdmin.addPartitions(name, request.total, call)
    case 'delete':
      return topicAdmin.delete({ name, topicId }, call)
  }
}
