import { endpointAddresses } from './addresses.ts'
import { at } from './endpoint-defaults.ts'
import { deadLetterDetail, deadLetterList, deadLetterListQuery } from './failure-groups.ts'
import { keyStory, keyStoryQuery } from './key-story.ts'
import { letterMoment } from './letter-moment.ts'
import { decideTopicRequest, foundTopicList } from './letter-topics.ts'
import { byIdParams, connectionParams } from './scalars.ts'
import { topicParams } from './topics.ts'

/** Dead letters one by one, and which topics hold them. */
export const deadLetterEndpoints = {
  listDeadLetters: {
    ...at(endpointAddresses.listDeadLetters),
    summary: 'Dead letters, newest first',
    permission: 'dead-letters:read',
    params: connectionParams,
    query: deadLetterListQuery,
    output: deadLetterList,
  },
  showDeadLetter: {
    ...at(endpointAddresses.showDeadLetter),
    summary: 'One dead letter: record, decoded failure, origin record',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: deadLetterDetail,
    deadlineMs: 20_000,
  },
  showLetterMoment: {
    ...at(endpointAddresses.showLetterMoment),
    summary: 'How things stood when a dead letter died: lag of its group, schemas then and now',
    permission: 'dead-letters:read',
    params: byIdParams,
    output: letterMoment,
    deadlineMs: 20_000,
  },
  showKeyStory: {
    ...at(endpointAddresses.showKeyStory),
    summary: 'Messages, dead letters and replays of the key of a dead letter',
    permission: 'dead-letters:read',
    params: byIdParams,
    query: keyStoryQuery,
    output: keyStory,
    deadlineMs: 30_000,
  },
  listFoundTopics: {
    ...at(endpointAddresses.listFoundTopics),
    summary: 'Topics found to hold dead letters by their records, and what was decided about topics',
    permission: 'dead-letters:read',
    params: connectionParams,
    output: foundTopicList,
  },
  decideTopic: {
    ...at(endpointAddresses.decideTopic),
    summary: 'Take a topic for one of dead letters, or say that it is none',
    permission: 'dead-letters:triage',
    params: topicParams,
    body: decideTopicRequest,
    output: foundTopicList,
  },
} as const
