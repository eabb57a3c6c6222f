import { endpointAddresses } from './addresses.ts'
import { aroundQuery, messagesAround } from './around.ts'
import { messageHistory } from './audit.ts'
import { copyMessageQuery, messageCopies } from './copy-message.ts'
import { chooseDecoderRequest, decodersParams, topicDecoders } from './decoders.ts'
import { at } from './endpoint-defaults.ts'
import { exportParams, exportProgress } from './export-messages.ts'
import { messageHistogram, messageHistogramQuery } from './message-histogram.ts'
import { messageDetail, messageList, messageListQuery, messageParams } from './messages.ts'
import { nearMessage, nearMessageQuery } from './near-message.ts'
import { messageCheck, messageDraft, producedMessage, produceRequest } from './produce.ts'
import { connectionParams } from './scalars.ts'
import { topicParams } from './topics.ts'

/** Messages of topics: listed, shown, counted, decoded, copied and produced. */
export const messageEndpoints = {
  listMessages: {
    ...at(endpointAddresses.listMessages),
    summary: 'Messages of a topic, newest first, decoded',
    permission: 'messages:read',
    params: topicParams,
    query: messageListQuery,
    output: messageList,
    deadlineMs: 20_000,
  },
  listAround: {
    ...at(endpointAddresses.listAround),
    summary: 'Messages around a position or a time; of a position that is gone, why, and the nearest',
    permission: 'messages:read',
    params: topicParams,
    query: aroundQuery,
    output: messagesAround,
    deadlineMs: 20_000,
  },
  showMessage: {
    ...at(endpointAddresses.showMessage),
    summary: 'One message with headers and raw bytes',
    permission: 'messages:read',
    params: messageParams,
    output: messageDetail,
  },
  findSameKey: {
    ...at(endpointAddresses.findSameKey),
    summary: 'The next or previous message of the same key in its partition',
    permission: 'messages:read',
    params: messageParams,
    query: nearMessageQuery,
    output: nearMessage,
  },
  findNeighbour: {
    ...at(endpointAddresses.findNeighbour),
    summary: 'The message right before or after a position in its partition',
    permission: 'messages:read',
    params: messageParams,
    query: nearMessageQuery,
    output: nearMessage,
  },
  countMessagesByTime: {
    ...at(endpointAddresses.countMessagesByTime),
    summary: 'Messages of topics by buckets of time, exact or estimated from offsets',
    permission: 'messages:read',
    params: connectionParams,
    query: messageHistogramQuery,
    output: messageHistogram,
  },
  showDecoders: {
    ...at(endpointAddresses.showDecoders),
    summary: 'How the messages of a topic are read: by choice or as the chain of decoders finds',
    permission: 'messages:read',
    params: decodersParams,
    output: topicDecoders,
  },
  chooseDecoder: {
    ...at(endpointAddresses.chooseDecoder),
    summary: 'Choose for everybody how a side of a topic is read, or forget the choice',
    permission: 'decoders:choose',
    params: decodersParams,
    body: chooseDecoderRequest,
    output: topicDecoders,
  },
  showMessageHistory: {
    ...at(endpointAddresses.showMessageHistory),
    summary: 'What replays and the audit say of one message',
    permission: 'audit:read',
    params: messageParams,
    output: messageHistory,
  },
  copyMessage: {
    ...at(endpointAddresses.copyMessage),
    summary:
      'One message as lossless JSON, and as commands of kcat and curl that read it or produce it again',
    permission: 'messages:read',
    params: messageParams,
    query: copyMessageQuery,
    output: messageCopies,
  },
  showExport: {
    ...at(endpointAddresses.showExport),
    summary: 'How far an export is, or how it ended',
    permission: 'messages:read',
    params: exportParams,
    output: exportProgress,
  },
  cancelExport: {
    ...at(endpointAddresses.cancelExport),
    summary: 'End an export; its file keeps what it holds and says that it was cancelled',
    permission: 'messages:read',
    params: exportParams,
    output: exportProgress,
  },
  checkMessage: {
    ...at(endpointAddresses.checkMessage),
    summary: 'What producing a message would do: encoding, size, partition, readers; sends nothing',
    permission: 'messages:produce',
    params: topicParams,
    body: messageDraft,
    output: messageCheck,
  },
  produceMessage: {
    ...at(endpointAddresses.produceMessage),
    summary: 'Produce one message, once for each idempotency key',
    permission: 'messages:produce',
    params: topicParams,
    body: produceRequest,
    output: producedMessage,
    deadlineMs: 20_000,
  },
} as const
