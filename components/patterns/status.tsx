import {
  Archive,
  ArrowDownRight,
  ArrowUpRight,
  Ban,
  BellOff,
  CalendarClock,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleX,
  Eye,
  Loader,
  type LucideIcon,
  OctagonX,
  PauseCircle,
  Rocket,
  RotateCcw,
  Send,
  Trash2,
  TriangleAlert,
  Undo2,
} from 'lucide-react'
import { classNames } from '../ui/class-names.ts'

type Tone = 'critical' | 'warning' | 'ok' | 'info' | 'neutral'
type Entry = {
  readonly label: string
  readonly icon: LucideIcon
  readonly tone: Tone
  readonly meaning: string
}

/** All status families of the product: value, label, icon, colour and meaning stand here and nowhere else. */
export const statuses = {
  severity: {
    critical: {
      label: 'Critical',
      icon: OctagonX,
      tone: 'critical',
      meaning: 'Fails now, and grows or loses data',
    },
    warning: {
      label: 'Warning',
      icon: TriangleAlert,
      tone: 'warning',
      meaning: 'Will become a failure if nothing is done',
    },
    info: { label: 'Note', icon: CircleDot, tone: 'info', meaning: 'Worth knowing' },
  },
  confidence: {
    certain: {
      label: 'Certain',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Headers that only its framework writes name topic, partition and offset',
    },
    likely: {
      label: 'Likely',
      icon: CircleDot,
      tone: 'info',
      meaning: 'Told, but not completely, or in headers that others use as well',
    },
    guess: {
      label: 'Guessed',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'Only the name of the dead-letter topic tells',
    },
    none: { label: 'Unknown', icon: CircleDashed, tone: 'neutral', meaning: 'Nothing tells where it died' },
  },
  outcome: {
    PENDING: { label: 'Pending', icon: CircleDashed, tone: 'neutral', meaning: 'Not sent yet' },
    SENT: {
      label: 'Sent',
      icon: Send,
      tone: 'info',
      meaning: 'The broker has the copy; nobody has read it yet',
    },
    CONSUMED: {
      label: 'Consumed',
      icon: Eye,
      tone: 'info',
      meaning: 'The group has committed past the copy',
    },
    SETTLED: {
      label: 'Settled',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Consumed, and not dead again after the quiet period',
    },
    RETRYING: {
      label: 'Retrying',
      icon: RotateCcw,
      tone: 'warning',
      meaning: 'The copy is in a retry topic',
    },
    RETURNED: { label: 'Returned', icon: Undo2, tone: 'critical', meaning: 'The copy died again' },
    FAILED: { label: 'Failed', icon: CircleX, tone: 'critical', meaning: 'The copy could not be sent' },
    SKIPPED: { label: 'Skipped', icon: Ban, tone: 'neutral', meaning: 'Not sent, on purpose' },
    UNKNOWN: {
      label: 'Unknown',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'Nothing tells what became of the copy',
    },
  },
  approval: {
    waiting: {
      label: 'Waits for approval',
      icon: PauseCircle,
      tone: 'warning',
      meaning: 'Nothing is sent before another person has approved it',
    },
    approved: {
      label: 'Approved',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Another person has looked at it',
    },
    declined: { label: 'Declined', icon: CircleX, tone: 'critical', meaning: 'It is not sent' },
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
      icon: PauseCircle,
      tone: 'warning',
      meaning: 'Sends nothing until somebody goes on with it; outcomes are followed',
    },
    running: { label: 'Sending', icon: Loader, tone: 'info', meaning: 'Copies are being sent' },
    cancelling: {
      label: 'Stopping',
      icon: PauseCircle,
      tone: 'warning',
      meaning: 'Stops after the batch in progress',
    },
    following: {
      label: 'Following',
      icon: Eye,
      tone: 'info',
      meaning: 'All sent; outcomes are being followed',
    },
    done: { label: 'Done', icon: CircleCheck, tone: 'ok', meaning: 'Every item has its outcome' },
    cancelled: { label: 'Stopped', icon: Ban, tone: 'neutral', meaning: 'Stopped before all was sent' },
    failed: { label: 'Failed', icon: CircleX, tone: 'critical', meaning: 'Could not go on' },
  },
  canaryStep: {
    closed: {
      label: 'Closed',
      icon: CircleDashed,
      tone: 'neutral',
      meaning: 'Opens when the step before it is proven',
    },
    sending: { label: 'Sending', icon: Loader, tone: 'info', meaning: 'Its copies are being sent' },
    waiting: { label: 'Waiting', icon: Eye, tone: 'info', meaning: 'Its copies have not settled yet' },
    held: {
      label: 'Held',
      icon: PauseCircle,
      tone: 'warning',
      meaning: 'A copy will not settle by itself: somebody has to look',
    },
    settled: { label: 'Settled', icon: CircleCheck, tone: 'ok', meaning: 'Every copy has settled' },
    continued: {
      label: 'Not proven',
      icon: TriangleAlert,
      tone: 'warning',
      meaning: 'An operator went on before every copy had settled',
    },
    stopped: { label: 'Returned', icon: CircleX, tone: 'critical', meaning: 'A copy came back' },
  },
  failureGroup: {
    new: { label: 'New', icon: CircleAlert, tone: 'critical', meaning: 'Nobody has looked at it' },
    known: { label: 'Known', icon: CircleDot, tone: 'neutral', meaning: 'Seen and left as it is' },
    investigating: { label: 'Investigating', icon: Eye, tone: 'info', meaning: 'Somebody works on it' },
    resolved: {
      label: 'Resolved',
      icon: CircleCheck,
      tone: 'ok',
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
    replaying: { label: 'Replaying', icon: Loader, tone: 'info', meaning: 'A replay of it is under way' },
  },
  group: {
    stable: { label: 'Stable', icon: CircleCheck, tone: 'ok', meaning: 'Members have their partitions' },
    rebalancing: {
      label: 'Rebalancing',
      icon: Loader,
      tone: 'info',
      meaning: 'Partitions are being handed out',
    },
    empty: { label: 'Empty', icon: CircleDashed, tone: 'neutral', meaning: 'No members' },
    dead: { label: 'Dead', icon: CircleX, tone: 'critical', meaning: 'The broker has given the group up' },
    unknown: { label: 'Unknown', icon: CircleHelp, tone: 'neutral', meaning: 'The broker does not say' },
  },
  verdict: {
    'keeping-up': {
      label: 'Keeping up',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Reads as fast as messages arrive',
    },
    'catching-up': { label: 'Catching up', icon: ArrowDownRight, tone: 'info', meaning: 'Lag shrinks' },
    'falling-behind': { label: 'Falling behind', icon: ArrowUpRight, tone: 'warning', meaning: 'Lag grows' },
    stalled: {
      label: 'Stalled',
      icon: PauseCircle,
      tone: 'critical',
      meaning: 'Has members and lag, and reads nothing',
    },
    stopped: { label: 'Stopped', icon: OctagonX, tone: 'critical', meaning: 'Has lag and no members' },
    unknown: { label: 'Not known yet', icon: CircleHelp, tone: 'neutral', meaning: 'Too few samples' },
  },
  chain: {
    unbroken: {
      label: 'Unbroken',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Every entry is as it was written, and none is missing',
    },
    broken: {
      label: 'Broken',
      icon: OctagonX,
      tone: 'critical',
      meaning: 'Entries were changed, removed or moved',
    },
  },
  audit: {
    allowed: {
      label: 'Allowed',
      icon: CircleCheck,
      tone: 'neutral',
      meaning: 'It was asked for and allowed',
    },
    refused: { label: 'Refused', icon: Ban, tone: 'warning', meaning: 'It was asked for and not done' },
    failed: { label: 'Failed', icon: CircleX, tone: 'critical', meaning: 'It was begun and failed' },
    unknown: {
      label: 'Unknown',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'It was asked for, and the answer was lost',
    },
  },
  topicChange: {
    planned: {
      label: 'Planned',
      icon: CircleDashed,
      tone: 'neutral',
      meaning: 'Nothing has been changed yet',
    },
    running: { label: 'Running', icon: Loader, tone: 'info', meaning: 'The broker has been asked' },
    done: { label: 'Done', icon: CircleCheck, tone: 'ok', meaning: 'The broker has made the change' },
    failed: {
      label: 'Failed',
      icon: CircleX,
      tone: 'critical',
      meaning: 'The broker did not make the change',
    },
    unknown: {
      label: 'Unknown',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'Nobody could find out whether the change was made',
    },
  },
  capability: {
    yes: { label: 'Yes', icon: CircleCheck, tone: 'ok', meaning: 'The cluster does it for this user' },
    no: {
      label: 'No',
      icon: Ban,
      tone: 'neutral',
      meaning: 'The cluster or its configuration does not do it',
    },
    denied: { label: 'Denied', icon: CircleX, tone: 'warning', meaning: 'This user has no right to it' },
    unavailable: {
      label: 'Not known',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'It could not be asked just now',
    },
  },
  changeEffect: {
    fine: { label: 'Fine', icon: CircleCheck, tone: 'ok', meaning: 'All of the data can be read' },
    risk: {
      label: 'May fail',
      icon: TriangleAlert,
      tone: 'warning',
      meaning: 'Some data or some readers fail',
    },
    breaks: {
      label: 'Breaks',
      icon: OctagonX,
      tone: 'critical',
      meaning: 'Data can not be read, or is read wrongly',
    },
  },
  schemaDrift: {
    undecodable: {
      label: 'Not decodable',
      icon: OctagonX,
      tone: 'critical',
      meaning: 'Payloads do not decode by the schema they name',
    },
    'unknown-schema': {
      label: 'Unknown id',
      icon: CircleHelp,
      tone: 'critical',
      meaning: 'Messages name a schema id that the registry does not have',
    },
    'does-not-fit-latest': {
      label: 'Not the latest',
      icon: TriangleAlert,
      tone: 'warning',
      meaning: 'The latest version can not read these messages',
    },
    'no-schema-id': {
      label: 'No id',
      icon: CircleAlert,
      tone: 'warning',
      meaning: 'Messages without a schema id on a topic that has a subject',
    },
    'other-subject': {
      label: 'Other subject',
      icon: CircleDot,
      tone: 'info',
      meaning: 'Messages carry a schema of another subject',
    },
    'without-schema': {
      label: 'No schema',
      icon: CircleDashed,
      tone: 'neutral',
      meaning: 'No contract says what the values of this topic hold',
    },
  },
  schemaRule: {
    passes: { label: 'Passes', icon: CircleCheck, tone: 'ok', meaning: 'The draft keeps this rule' },
    fails: { label: 'Fails', icon: CircleX, tone: 'critical', meaning: 'The draft breaks this rule' },
    unknown: { label: 'Not checked', icon: CircleHelp, tone: 'warning', meaning: 'The registry did not say' },
  },
  export: {
    begins: { label: 'Begins', icon: CircleDashed, tone: 'info', meaning: 'Its download is on its way' },
    running: { label: 'Running', icon: Loader, tone: 'info', meaning: 'Messages are read and written' },
    cancelling: { label: 'Cancelling', icon: Loader, tone: 'neutral', meaning: 'The file is being ended' },
    complete: {
      label: 'Complete',
      icon: CircleCheck,
      tone: 'ok',
      meaning: 'Everything that fits is in the file',
    },
    limited: { label: 'Done', icon: CircleCheck, tone: 'ok', meaning: 'As many as were asked for' },
    partial: { label: 'Partial', icon: TriangleAlert, tone: 'warning', meaning: 'Something is missing' },
    cancelled: {
      label: 'Cancelled',
      icon: Ban,
      tone: 'neutral',
      meaning: 'The file holds what was written until then',
    },
    left: { label: 'Ended', icon: Ban, tone: 'neutral', meaning: 'The browser ended the download' },
    failed: { label: 'Failed', icon: CircleX, tone: 'critical', meaning: 'Not begun, or cut short' },
    unknown: {
      label: 'Unknown',
      icon: CircleHelp,
      tone: 'warning',
      meaning: 'The server does not tell how it ended',
    },
  },
  health: {
    up: { label: 'Up', icon: CircleCheck, tone: 'ok', meaning: 'Answers' },
    down: { label: 'Down', icon: CircleX, tone: 'critical', meaning: 'Does not answer' },
    'not-configured': {
      label: 'Not configured',
      icon: CircleDashed,
      tone: 'neutral',
      meaning: 'Left out in the configuration',
    },
  },
} as const satisfies Record<string, Record<string, Entry>>

type Family = keyof typeof statuses

const tones: Readonly<Record<Tone, string>> = {
  critical: 'text-critical',
  warning: 'text-warning',
  ok: 'text-ok',
  info: 'text-info',
  neutral: 'text-muted',
}

/** One status: icon and word in its colour, its meaning in the title. `<Status of="outcome" value="SETTLED" />` */
export const Status = <F extends Family>({
  of,
  value,
  iconOnly = false,
  className,
}: {
  readonly of: F
  readonly value: keyof (typeof statuses)[F]
  readonly iconOnly?: boolean
  readonly className?: string
}) => {
  const { label, icon: Icon, tone, meaning } = statuses[of][value] as Entry
  return (
    <span
      title={`${label}: ${meaning}`}
      className={classNames('inline-flex items-center gap-1 whitespace-nowrap', tones[tone], className)}
    >
      <Icon aria-hidden size={14} strokeWidth={2} className="shrink-0" />
      {iconOnly ? <span className="sr-only">{label}</span> : label}
    </span>
  )
}
