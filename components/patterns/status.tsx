import {
  ArrowDownRight,
  ArrowUpRight,
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleX,
  Loader,
  PauseCircle,
} from 'lucide-react'
import { classNames } from '../ui/class-names.ts'
import { deadLetterStatuses } from './dead-letter-statuses.ts'
import type { StatusEntry, Tone } from './status-entry.ts'
import { statusLooks as looks } from './status-looks.ts'

/** All status families of the product: value, label, icon, colour and meaning stand here, and those of letters and replays in dead-letter-statuses.ts. */
export const statuses = {
  severity: {
    critical: { label: 'Critical', ...looks.grave, meaning: 'Fails now, and grows or loses data' },
    warning: { label: 'Warning', ...looks.risky, meaning: 'Will become a failure if nothing is done' },
    info: { label: 'Note', ...looks.noted, meaning: 'Worth knowing' },
  },
  confidence: {
    certain: {
      label: 'Certain',
      ...looks.well,
      meaning: 'Headers that only its framework writes name topic, partition and offset',
    },
    likely: {
      label: 'Likely',
      ...looks.noted,
      meaning: 'Told, but not completely, or in headers that others use as well',
    },
    guess: { label: 'Guessed', ...looks.unknown, meaning: 'Only the name of the dead-letter topic tells' },
    none: { label: 'Unknown', ...looks.notYet, meaning: 'Nothing tells where it died' },
  },
  ...deadLetterStatuses,
  group: {
    stable: { label: 'Stable', ...looks.well, meaning: 'Members have their partitions' },
    rebalancing: { label: 'Rebalancing', ...looks.underWay, meaning: 'Partitions are being handed out' },
    empty: { label: 'Empty', ...looks.notYet, meaning: 'No members' },
    dead: { label: 'Dead', ...looks.failed, meaning: 'The broker has given the group up' },
    unknown: { label: 'Unknown', icon: CircleHelp, tone: 'neutral', meaning: 'The broker does not say' },
  },
  verdict: {
    'keeping-up': { label: 'Keeping up', ...looks.well, meaning: 'Reads as fast as messages arrive' },
    'catching-up': { label: 'Catching up', icon: ArrowDownRight, tone: 'info', meaning: 'Lag shrinks' },
    'falling-behind': { label: 'Falling behind', icon: ArrowUpRight, tone: 'warning', meaning: 'Lag grows' },
    stalled: {
      label: 'Stalled',
      icon: PauseCircle,
      tone: 'critical',
      meaning: 'Has members and lag, and reads nothing',
    },
    stopped: { label: 'Stopped', ...looks.grave, meaning: 'Has lag and no members' },
    unknown: { label: 'Not known yet', icon: CircleHelp, tone: 'neutral', meaning: 'Too few samples' },
  },
  chain: {
    unbroken: {
      label: 'Unbroken',
      ...looks.well,
      meaning: 'Every entry is as it was written, and none is missing',
    },
    broken: { label: 'Broken', ...looks.grave, meaning: 'Entries were changed, removed or moved' },
  },
  audit: {
    allowed: {
      label: 'Allowed',
      icon: CircleCheck,
      tone: 'neutral',
      meaning: 'It was asked for and allowed',
    },
    refused: { label: 'Refused', icon: Ban, tone: 'warning', meaning: 'It was asked for and not done' },
    failed: { label: 'Failed', ...looks.failed, meaning: 'It was begun and failed' },
    unknown: { label: 'Unknown', ...looks.unknown, meaning: 'It was asked for, and the answer was lost' },
  },
  topicChange: {
    planned: { label: 'Planned', ...looks.notYet, meaning: 'Nothing has been changed yet' },
    running: { label: 'Running', ...looks.underWay, meaning: 'The broker has been asked' },
    done: { label: 'Done', ...looks.well, meaning: 'The broker has made the change' },
    failed: { label: 'Failed', ...looks.failed, meaning: 'The broker did not make the change' },
    unknown: {
      label: 'Unknown',
      ...looks.unknown,
      meaning: 'Nobody could find out whether the change was made',
    },
  },
  capability: {
    yes: { label: 'Yes', ...looks.well, meaning: 'The cluster does it for this user' },
    no: { label: 'No', ...looks.leftOut, meaning: 'The cluster or its configuration does not do it' },
    denied: { label: 'Denied', icon: CircleX, tone: 'warning', meaning: 'This user has no right to it' },
    unavailable: { label: 'Not known', ...looks.unknown, meaning: 'It could not be asked just now' },
  },
  changeEffect: {
    fine: { label: 'Fine', ...looks.well, meaning: 'All of the data can be read' },
    risk: { label: 'May fail', ...looks.risky, meaning: 'Some data or some readers fail' },
    breaks: { label: 'Breaks', ...looks.grave, meaning: 'Data can not be read, or is read wrongly' },
  },
  schemaDrift: {
    undecodable: {
      label: 'Not decodable',
      ...looks.grave,
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
      ...looks.risky,
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
      ...looks.noted,
      meaning: 'Messages carry a schema of another subject',
    },
    'without-schema': {
      label: 'No schema',
      ...looks.notYet,
      meaning: 'No contract says what the values of this topic hold',
    },
  },
  schemaRule: {
    passes: { label: 'Passes', ...looks.well, meaning: 'The draft keeps this rule' },
    fails: { label: 'Fails', ...looks.failed, meaning: 'The draft breaks this rule' },
    unknown: { label: 'Not checked', ...looks.unknown, meaning: 'The registry did not say' },
  },
  export: {
    begins: { label: 'Begins', icon: CircleDashed, tone: 'info', meaning: 'Its download is on its way' },
    running: { label: 'Running', ...looks.underWay, meaning: 'Messages are read and written' },
    cancelling: { label: 'Cancelling', icon: Loader, tone: 'neutral', meaning: 'The file is being ended' },
    complete: { label: 'Complete', ...looks.well, meaning: 'Everything that fits is in the file' },
    limited: { label: 'Done', ...looks.well, meaning: 'As many as were asked for' },
    partial: { label: 'Partial', ...looks.risky, meaning: 'Something is missing' },
    cancelled: {
      label: 'Cancelled',
      ...looks.leftOut,
      meaning: 'The file holds what was written until then',
    },
    left: { label: 'Ended', ...looks.leftOut, meaning: 'The browser ended the download' },
    failed: { label: 'Failed', ...looks.failed, meaning: 'Not begun, or cut short' },
    unknown: { label: 'Unknown', ...looks.unknown, meaning: 'The server does not tell how it ended' },
  },
  health: {
    up: { label: 'Up', ...looks.well, meaning: 'Answers' },
    down: { label: 'Down', ...looks.failed, meaning: 'Does not answer' },
    'not-configured': { label: 'Not configured', ...looks.notYet, meaning: 'Left out in the configuration' },
  },
} as const satisfies Record<string, Record<string, StatusEntry>>

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
  const { label, icon: Icon, tone, meaning } = statuses[of][value] as StatusEntry
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
