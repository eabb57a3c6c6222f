import { endpoints } from '#server/contracts/endpoints.ts'
import { addFailureGroupNote } from '#server/services/add-failure-group-note.ts'
import { addMark } from '#server/services/add-mark.ts'
import { applyTopicChange } from '#server/services/apply-topic-change.ts'
import { assignFailureGroup } from '#server/services/assign-failure-group.ts'
import { cancelExport } from '#server/services/cancel-export.ts'
import { cancelReplay } from '#server/services/cancel-replay.ts'
import { checkAudit } from '#server/services/check-audit.ts'
import { chooseDecoder, showDecoders } from '#server/services/choose-decoder.ts'
import { copyMessage } from '#server/services/copy-message.ts'
import { countMessagesByTime } from '#server/services/count-messages-by-time.ts'
import { declareGroupIsolation } from '#server/services/declare-group-isolation.ts'
import { findAnything } from '#server/services/find-anything.ts'
import { findNeighbour, findSameKey } from '#server/services/find-same-key.ts'
import { decideTopic, listFoundTopics } from '#server/services/found-topics.ts'
import { listAround } from '#server/services/list-around.ts'
import { listAudit, showAuditEntry } from '#server/services/list-audit.ts'
import { listConnections } from '#server/services/list-connections.ts'
import { listDeadLetters } from '#server/services/list-dead-letters.ts'
import { listFailureGroups } from '#server/services/list-failure-groups.ts'
import { listGroups } from '#server/services/list-groups.ts'
import { listMarks } from '#server/services/list-marks.ts'
import { listMessages } from '#server/services/list-messages.ts'
import { listReplayItems } from '#server/services/list-replay-items.ts'
import { listReplayReturns } from '#server/services/list-replay-returns.ts'
import { listReplays } from '#server/services/list-replays.ts'
import { listTopicFormats } from '#server/services/list-topic-formats.ts'
import { listTopicSettings } from '#server/services/list-topic-settings.ts'
import { listTopics } from '#server/services/list-topics.ts'
import { listTraces } from '#server/services/list-traces.ts'
import { mergeFailureGroups } from '#server/services/merge-failure-groups.ts'
import { planReplay } from '#server/services/plan-replay.ts'
import { planTopicChange } from '#server/services/plan-topic-change.ts'
import { checkMessage } from '#server/services/prepare-message.ts'
import { previewGrouping } from '#server/services/preview-grouping.ts'
import { produceMessage } from '#server/services/produce-message.ts'
import {
  deleteSearch,
  listSearches,
  renameSearch,
  restoreSearch,
  saveSearch,
} from '#server/services/saved-searches.ts'
import { setFailureGroupState } from '#server/services/set-failure-group-state.ts'
import { setGroupingRules } from '#server/services/set-grouping-rules.ts'
import { showConnection } from '#server/services/show-connection.ts'
import { showDeadLetter } from '#server/services/show-dead-letter.ts'
import { showExport } from '#server/services/show-export.ts'
import { showFailureGroup } from '#server/services/show-failure-group.ts'
import { showFailureGroupEvidence } from '#server/services/show-failure-group-evidence.ts'
import { showGroup } from '#server/services/show-group.ts'
import { showGrouping } from '#server/services/show-grouping.ts'
import { showHealth } from '#server/services/show-health.ts'
import { showKeyStory } from '#server/services/show-key-story.ts'
import { showLagHistory } from '#server/services/show-lag-history.ts'
import { showLetterMoment } from '#server/services/show-letter-moment.ts'
import { showMessage } from '#server/services/show-message.ts'
import { showMessageHistory } from '#server/services/show-message-history.ts'
import { showOverview } from '#server/services/show-overview.ts'
import { showReplay } from '#server/services/show-replay.ts'
import { showReplayPlan } from '#server/services/show-replay-plan.ts'
import { showRetryChain } from '#server/services/show-retry-chain.ts'
import { showTopic } from '#server/services/show-topic.ts'
import { showTopicChange } from '#server/services/show-topic-change.ts'
import { showTrace } from '#server/services/show-trace.ts'
import { previewSplit, splitFailureGroup } from '#server/services/split-failure-group.ts'
import { startReplay } from '#server/services/start-replay.ts'
import { undoGroupChange } from '#server/services/undo-group-change.ts'
import { letterDecisionRuns } from './letter-decision-operations.ts'
import type { Operation } from './operation.ts'
import { replayControlRuns } from './replay-control-operations.ts'
import { requeueRuns } from './requeue-operations.ts'
import { schemaRuns } from './schema-operations.ts'

type Runs = { readonly [Name in keyof typeof endpoints]: Operation<(typeof endpoints)[Name]>['run'] }

/** The use case behind each endpoint. */
const runs: Runs = {
  listConnections: ({ deps }) => listConnections(deps),
  showConnection: ({ deps, connection, call }) => showConnection(deps, connection, call),
  showOverview: ({ deps, connection, call }) => showOverview(deps, connection, call),
  findAnything: ({ deps, connection, query, call }) => findAnything(deps, connection, query, call),
  listTopics: ({ deps, connection, query, call }) => listTopics(deps, connection, query, call),
  showTopic: ({ deps, connection, params, call }) => showTopic(deps, connection, params.topic, call),
  planTopicChange: ({ deps, connection, actor, body, call }) =>
    planTopicChange(deps, connection, actor, body, call),
  showTopicChange: ({ deps, connection, params, call }) => showTopicChange(deps, connection, params.id, call),
  applyTopicChange: ({ deps, connection, actor, params, body, call }) =>
    applyTopicChange(deps, connection, actor, { id: params.id, ...body }, call),
  listTopicFormats: ({ deps, connection, body, call }) =>
    listTopicFormats(deps, connection, body.topics, call),
  listTopicSettings: ({ deps, connection, call }) => listTopicSettings(deps, connection, call),
  listMessages: ({ deps, connection, params, query, call }) =>
    listMessages(deps, connection, { topic: params.topic, ...query }, call),
  listAround: ({ deps, connection, params, query, call }) =>
    listAround(deps, connection, { topic: params.topic, ...query }, call),
  showMessage: ({ deps, connection, params, call }) => showMessage(deps, connection, params, call),
  findSameKey: ({ deps, connection, params, query, call }) =>
    findSameKey(deps, connection, { ...params, ...query }, call),
  findNeighbour: ({ deps, connection, params, query, call }) =>
    findNeighbour(deps, connection, { ...params, ...query }, call),
  countMessagesByTime: ({ deps, connection, query, call }) =>
    countMessagesByTime(deps, connection, query, call),
  showDecoders: ({ deps, connection, params, call }) => showDecoders(deps, connection, params.topic, call),
  chooseDecoder: ({ deps, connection, actor, params, body, call }) =>
    chooseDecoder(deps, connection, actor, { topic: params.topic, ...body }, call),
  listSearches: ({ deps, connection }) => listSearches(deps, connection),
  saveSearch: ({ deps, connection, actor, body, call }) => saveSearch(deps, connection, actor, body, call),
  renameSearch: ({ deps, connection, actor, params, body }) =>
    renameSearch(deps, connection, actor, { id: params.id, name: body.name }),
  deleteSearch: ({ deps, connection, actor, params }) => deleteSearch(deps, connection, actor, params.id),
  restoreSearch: ({ deps, connection, actor, params }) => restoreSearch(deps, connection, actor, params.id),
  showMessageHistory: ({ deps, connection, params, call }) =>
    showMessageHistory(deps, connection, params, call),
  copyMessage: ({ deps, connection, params, query, call }) =>
    copyMessage(deps, connection, { ...params, ...query }, call),
  showExport: ({ deps, connection, params }) => showExport(deps, connection, params.id),
  cancelExport: ({ deps, connection, params }) => cancelExport(deps, connection, params.id),
  checkMessage: ({ deps, connection, params, body, call }) =>
    checkMessage(deps, connection, { topic: params.topic, draft: body }, call),
  produceMessage: ({ deps, connection, actor, params, body, call }) =>
    produceMessage(deps, connection, actor, { topic: params.topic, request: body }, call),
  listGroups: ({ deps, connection, query, call }) => listGroups(deps, connection, query, call),
  showGroup: ({ deps, connection, params, call }) => showGroup(deps, connection, params.group, call),
  showLagHistory: ({ deps, connection, params, query, call }) =>
    showLagHistory(deps, connection, { group: params.group, ...query }, call),
  listFailureGroups: ({ deps, connection, query, call }) => listFailureGroups(deps, connection, query, call),
  showFailureGroup: ({ deps, connection, params, call }) =>
    showFailureGroup(deps, connection, params.id, call),
  showFailureGroupEvidence: ({ deps, connection, params }) =>
    showFailureGroupEvidence(deps, connection, params.id),
  setFailureGroupState: ({ deps, connection, actor, params, body, call }) =>
    setFailureGroupState(deps, connection, actor, { id: params.id, ...body }, call),
  assignFailureGroup: ({ deps, connection, actor, params, body, call }) =>
    assignFailureGroup(deps, connection, actor, { id: params.id, ...body }, call),
  addFailureGroupNote: ({ deps, connection, actor, params, body, call }) =>
    addFailureGroupNote(deps, connection, actor, { id: params.id, ...body }, call),
  mergeFailureGroups: ({ deps, connection, actor, body, call }) =>
    mergeFailureGroups(deps, connection, actor, body, call),
  previewSplit: ({ deps, connection, params, body, call }) =>
    previewSplit(deps, connection, { id: params.id, ...body }, call),
  splitFailureGroup: ({ deps, connection, actor, params, body, call }) =>
    splitFailureGroup(deps, connection, actor, { id: params.id, ...body }, call),
  undoGroupChange: ({ deps, connection, actor, params, call }) =>
    undoGroupChange(deps, connection, actor, BigInt(params.id), call),
  showGrouping: ({ deps, connection, call }) => showGrouping(deps, connection, call),
  previewGrouping: ({ deps, connection, body, call }) => previewGrouping(deps, connection, body.rules, call),
  setGroupingRules: ({ deps, connection, actor, body, call }) =>
    setGroupingRules(deps, connection, actor, body.rules, call),
  listDeadLetters: ({ deps, connection, query, call }) => listDeadLetters(deps, connection, query, call),
  showDeadLetter: ({ deps, connection, params, call }) => showDeadLetter(deps, connection, params.id, call),
  showLetterMoment: ({ deps, connection, params, call }) =>
    showLetterMoment(deps, connection, params.id, call),
  showKeyStory: ({ deps, connection, params, query, call }) =>
    showKeyStory(deps, connection, { id: params.id, ...query }, call),
  ...letterDecisionRuns,
  ...replayControlRuns,
  ...requeueRuns,
  planReplay: ({ deps, connection, actor, body, call }) => planReplay(deps, connection, actor, body, call),
  showReplayPlan: ({ deps, connection, actor, params, call }) =>
    showReplayPlan(deps, connection, params.id, call, actor),
  startReplay: ({ deps, connection, actor, body, call }) => startReplay(deps, connection, actor, body, call),
  listReplays: ({ deps, connection, query, call }) => listReplays(deps, connection, query, call),
  showReplay: ({ deps, connection, params, call }) => showReplay(deps, connection, params.id, call),
  listFoundTopics: ({ deps, connection, call }) => listFoundTopics(deps, connection, call),
  decideTopic: ({ deps, connection, actor, params, body, call }) =>
    decideTopic(deps, connection, actor, { topic: params.topic, ...body }, call),
  showRetryChain: ({ deps, connection, params, call }) =>
    showRetryChain(deps, connection, params.topic, call),
  listReplayReturns: ({ deps, connection, params, call }) =>
    listReplayReturns(deps, connection, params.id, call),
  listReplayItems: ({ deps, connection, params, query, call }) =>
    listReplayItems(deps, connection, { replayId: params.id, ...query }, call),
  declareGroupIsolation: ({ deps, connection, actor, params, body, call }) =>
    declareGroupIsolation(deps, connection, actor, { group: params.group, ...body }, call),
  cancelReplay: ({ deps, connection, actor, params, call }) =>
    cancelReplay(deps, connection, actor, params.id, call),
  ...schemaRuns,
  listTraces: ({ deps, query, call }) => listTraces(deps, query, call),
  showTrace: ({ deps, params, call }) => showTrace(deps, params, call),
  listMarks: ({ deps, query, call }) => listMarks(deps, query, call),
  addMark: ({ deps, actor, body, call }) => addMark(deps, actor, body, call),
  listAudit: ({ deps, query, call }) => listAudit(deps, query, call),
  showAuditEntry: ({ deps, params, call }) => showAuditEntry(deps, params.id, call),
  checkAudit: ({ deps, query, call }) => checkAudit(deps, query, call),
  showHealth: ({ deps, call }) => showHealth(deps, call),
}

/** Every operation of the API, by name: what a route answers with and what a page is made with. */
export const operations = Object.fromEntries(
  Object.entries(endpoints).map(([name, endpoint]) => [
    name,
    { endpoint, run: runs[name as keyof typeof endpoints] },
  ]),
) as unknown as { readonly [Name in keyof typeof endpoints]: Operation<(typeof endpoints)[Name]> }
