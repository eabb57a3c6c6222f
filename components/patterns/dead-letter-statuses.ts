import {
  Archive,
  BellOff,
  CalendarClock,
  CircleAlert,
  CircleDot,
  Rocket,
  RotateCcw,
  Send,
  Trash2,
  Undo2,
} from 'lucide-react'
import type { StatusEntry } from './status-entry.ts'
import { statusLooks as looks } from './status-looks.ts'

/** Status families of dead letters, their failure groups and replays. */
export const deadLetterStatuses = {
  outcome: {
    PENDING: { label: 'Pending', ...looks.notYet, meaning: 'Not sent yet' },
    SENT: {
      label: 'Sent',
      icon: Send,
      tone: 'info',
      meaning: 'The broker has the copy; nobody has read it yet',
    },
    CONSUMED: { label: 'Consumed', ...looks.watched, meaning: 'The group has committed past the copy' },
    SETTLED: {
      label: 'Settled',
      ...looks.well,
      meaning: 'Consumed, and not dead again after the quiet period',
    },
    RETRYING: {
      label: 'Retrying',
      icon: RotateCcw,
      tone: 'warning',
      meaning: 'The copy is in a retry topic',
    },
    RETURNED: { label: 'Returned', icon: Undo2, tone: 'critical', meaning: 'The copy died again' },
    FAILED: { label: 'Failed', ...looks.failed, meaning: 'The copy could not be sent' },
    SKIPPED: { label: 'Skipped', ...looks.leftOut, meaning: 'Not sent, on purpose' },
    UNKNOWN: { label: 'Unknown', ...looks.unknown, meaning: 'Nothing tells what became of the copy' },
  },
  approval: {
    waiting: {
      label: 'Waits for approval',
      ...looks.held,
      meaning: 'Nothing is sent before another person has approved it',
    },
    approved: { label: 'Approved', ...looks.well, meaning: 'Another person has looked at it' },
    declined: { label: 'Declined', ...looks.failed, meaning: 'It is not sent' },
  },
  disposition: {
    discarded: {
      label: 'Discarded',
      icon: Trash2,
      tone: 'neutral',
      meaning: 'Not wanted any more: replays leave it out',
    },
    archived: {
      label: 'Archived',
      icon: Archive,
      tone: 'neutral',
      meaning: 'Dealt with elsewhere: replays leave it out',
    },
  },
  replay: {
    scheduled: {
      label: 'Scheduled',
      icon: CalendarClock,
      tone: 'info',
      meaning: 'Begins to send at its time',
    },
    paused: {
      label: 'Paused',
      ...looks.held,
      meaning: 'Sends nothing until somebody goes on with it; outcomes are followed',
    },
    running: { label: 'Sending', ...looks.underWay, meaning: 'Copies are being sent' },
    waiting: { label: 'Waiting', ...looks.held, meaning: 'Goes on by itself once what it waits for is over' },
    cancelling: { label: 'Stopping', ...looks.held, meaning: 'Stops after the batch in progress' },
    following: { label: 'Following', ...looks.watched, meaning: 'All sent; outcomes are being followed' },
    done: { label: 'Done', ...looks.well, meaning: 'Every item has its outcome' },
    cancelled: { label: 'Stopped', ...looks.leftOut, meaning: 'Stopped before all was sent' },
    failed: { label: 'Failed', ...looks.failed, meaning: 'Could not go on' },
  },
  canaryStep: {
    closed: { label: 'Closed', ...looks.notYet, meaning: 'Opens when the step before it is proven' },
    sending: { label: 'Sending', ...looks.underWay, meaning: 'Its copies are being sent' },
    waiting: { label: 'Waiting', ...looks.watched, meaning: 'Its copies have not settled yet' },
    held: { label: 'Held', ...looks.held, meaning: 'A copy will not settle by itself: somebody has to look' },
    settled: { label: 'Settled', ...looks.well, meaning: 'Every copy has settled' },
    continued: {
      label: 'Not proven',
      ...looks.risky,
      meaning: 'An operator went on before every copy had settled',
    },
    stopped: { label: 'Returned', ...looks.failed, meaning: 'A copy came back' },
  },
  failureGroup: {
    new: { label: 'New', icon: CircleAlert, tone: 'critical', meaning: 'Nobody has looked at it' },
    known: { label: 'Known', icon: CircleDot, tone: 'neutral', meaning: 'Seen and left as it is' },
    investigating: { label: 'Investigating', ...looks.watched, meaning: 'Somebody works on it' },
    resolved: {
      label: 'Resolved',
      ...looks.well,
      meaning: 'Dealt with; comes back as new if it happens again',
    },
    archived: {
      label: 'Archived',
      icon: Archive,
      tone: 'neutral',
      meaning: 'Out of sight; comes back as new if it happens again',
    },
    muted: {
      label: 'Muted',
      icon: BellOff,
      tone: 'neutral',
      meaning: 'Quiet until it grows past a number, or recurs after a time',
    },
    'fix-out': { label: 'Fix out', icon: Rocket, tone: 'info', meaning: 'A fix is out; not yet proven' },
    replaying: { label: 'Replaying', ...looks.underWay, meaning: 'A replay of it is under way' },
  },
} as const satisfies Record<string, Record<string, StatusEntry>>
