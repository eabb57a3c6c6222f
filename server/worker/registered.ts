import { closeGroupsLoop } from './close-groups-loop.ts'
import { describeFailureGroupsLoop } from './describe-failure-groups-loop.ts'
import { findDeadLetterTopicsLoop } from './find-dead-letter-topics-loop.ts'
import { forgetOldCursors } from './forget-old-cursors.ts'
import { forgetOldPlans } from './forget-old-plans.ts'
import { indexDeadLetters } from './index-dead-letters.ts'
import type { Job } from './job.ts'
import { keepExpiringLoop } from './keep-expiring-loop.ts'
import { keepPartitions } from './keep-partitions.ts'
import type { LeasedLoop } from './leased-loop.ts'
import { regroupLoop } from './regroup-loop.ts'
import { replayJob } from './replay-job.ts'
import { sampleLagLoop } from './sample-lag-loop.ts'
import { sampleSchemasLoop } from './sample-schemas-loop.ts'

/** Work with a single owner at a time. */
export const loops: readonly LeasedLoop[] = [
  sampleLagLoop,
  indexDeadLetters,
  keepExpiringLoop,
  describeFailureGroupsLoop,
  regroupLoop,
  replayJob,
  sampleSchemasLoop,
  findDeadLetterTopicsLoop,
  closeGroupsLoop,
]

/** One-shot steps from the queue. */
export const jobs: readonly Job[] = [keepPartitions, forgetOldPlans, forgetOldCursors]
