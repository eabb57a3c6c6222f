import type { ReplayReport, ReportedItem } from '#server/contracts/replay-report.ts'
import type { Outcome } from '#server/contracts/replays.ts'
import { sayDuration, sayMany } from './say-amounts.ts'
import { sayPace } from './say-pace.ts'

/** A report in pieces, so that one of many items is written as they are read. */
export type ReportForm = {
  readonly contentType: string
  readonly head: (report: ReplayReport) => string
  /** One item; `base` begins its links. */
  readonly item: (item: ReportedItem, index: number, report: ReplayReport) => string
  readonly end: (items: number) => string
}

/** Outcomes in the order of a report, what each means, and whether it is proven what became of the copy. */
const meanings: Readonly<Record<Outcome, { readonly means: string; readonly isProven: boolean }>> = {
  SETTLED: { means: 'consumed, and not dead again after the quiet period', isProven: true },
  RETURNED: { means: 'the copy died again', isProven: true },
  FAILED: { means: 'the copy could not be sent', isProven: true },
  SKIPPED: { means: 'not sent, on purpose', isProven: true },
  CONSUMED: {
    means: 'the group has committed past the copy; the quiet period is not over',
    isProven: false,
  },
  RETRYING: { means: 'the copy is in a retry topic', isProven: false },
  SENT: { means: 'the broker has the copy; nobody has read it yet', isProven: false },
  UNKNOWN: { means: 'nothing tells what became of the copy', isProven: false },
  PENDING: { means: 'not sent yet', isProven: false },
}
const outcomes = Object.keys(meanings) as Outcome[]

/** Outcomes that do not say for good what became of a copy. */
export const unprovenOutcomes = outcomes.filter((one) => !meanings[one].isProven)

/** Strangers' text as one line of Markdown that says what it says. */
const plain = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*[\]<>|~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
const link = (words: string, address: string): string =>
  `[${plain(words)}](${address.replace(/[()\s|]/g, encodeURIComponent)})`
const time = (ms: number | null): string => (ms === null ? '–' : new Date(ms).toISOString().replace('T', ' '))
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
const table = (heads: readonly string[], rows: readonly string[]): string =>
  row(...heads) + row(...heads.map(() => '---')) + rows.join('')

const states: Readonly<Record<ReplayReport['replay']['state'], string>> = {
  scheduled: 'scheduled',
  running: 'sending',
  paused: 'paused',
  cancelling: 'stopping after the batch in progress',
  following: 'all sent; outcomes are being followed',
  done: 'done: every item has its outcome',
  cancelled: 'stopped before all was sent',
  failed: 'failed',
}

const facts = ({ replay, connection, reportedAt, plan }: ReplayReport): string => {
  const { environment } = connection
  const end =
    replay.finishedAt === null
      ? `not yet at ${time(reportedAt)}`
      : `${time(replay.finishedAt)}, after ${sayDuration(replay.finishedAt - replay.createdAt)}`
  return table(
    ['', ''],
    [
      row('State', `${states[replay.state]}${replay.failure === null ? '' : `. ${plain(replay.failure)}`}`),
      row(
        'Where',
        `${plain(connection.name)}, ${plain(environment.name)}${environment.production && environment.name !== 'production' ? ' (production)' : ''}`,
      ),
      row('Who', plain(replay.startedBy)),
      row('Why', replay.reason === '' ? 'no reason was given' : plain(replay.reason)),
      row('Planned', `${time(plan.frozenAt)} (the selection was frozen then)`),
      row('Started', time(replay.createdAt)),
      row('Ended', end),
      row(
        'Pace',
        sayPace(replay.pacePerSecond, { ...replay.control, canary: replay.control.canary !== null }),
      ),
      ...(plan.targetConnection
        ? [
            row(
              'Target',
              `the connection ${plain(plan.targetConnection.name)} (${plain(plan.targetConnection.id)}), ${plan.targetConnection.isSameCluster ? 'the same cluster' : 'another cluster'}`,
            ),
          ]
        : []),
      ...controlRows(replay.control),
      row('Sending', sendingWords(replay, plan.guarantee)),
      row('Reported', time(reportedAt)),
    ],
  )
}

const controlRows = ({ startAt, paused, stopped, canary }: ReplayReport['replay']['control']): string[] => [
  ...(startAt === null ? [] : [row('Scheduled', `to begin at ${time(startAt)}`)]),
  ...(canary?.steps ?? []).flatMap(({ continued }, step) =>
    continued === null
      ? []
      : [
          row(
            `Step ${step + 1} of the canary`,
            `went on at ${time(continued.at)} by ${plain(continued.by)} before it was proven (${continued.unproven.map((one) => `${one.count} ${one.outcome}`).join(', ')}): ${plain(continued.reason)}`,
          ),
        ],
  ),
  ...(paused === null ? [] : [row('Paused', `by ${plain(paused.by)} since ${time(paused.at)}`)]),
  ...(stopped === null
    ? []
    : [row('Stopped', `by ${plain(stopped.by)} at ${time(stopped.at)}: ${plain(stopped.because)}`)]),
]

const sendingWords = ({ sending, abortedCopies }: ReplayReport['replay'], guarantee: string): string => {
  const how =
    sending === null
      ? 'nothing was sent yet'
      : sending.mode === 'transactions'
        ? 'in transactions with the ledger of what was sent'
        : `at least once${sending.why === null ? '' : ` (${plain(sending.why)})`}`
  const aborted =
    abortedCopies === 0
      ? ''
      : `. ${sayMany(abortedCopies, 'copy', 'copies')} of aborted batches may have been seen by readers of uncommitted messages`
  return `${how}${guarantee === '' ? '' : `. Promised by the plan: ${plain(guarantee.replace(/\.$/, ''))}`}${aborted}`
}

const selection = ({ plan, replay, links }: ReplayReport): string => {
  const from =
    links.failureGroup === null
      ? 'picked by hand or of several failure groups'
      : `of ${link(`failure group ${replay.failureGroupId}`, links.failureGroup)}`
  const targets = plan.targets.map(
    ({ topic, count: letters, partitions }) =>
      `- ${letters} to ${plain(topic)} (${sayMany(partitions, 'partition')})\n`,
  )
  if (plan.requeue)
    return `${sayMany(plan.total, 'message')} that waited in ${plain(plan.requeue.topic)}, frozen to ${plan.total === 1 ? 'its' : 'their'} coordinates; ${plan.ready} might be sent, ${plain(plan.requeue.sentence)}.\n\n${targets.join('')}`
  const chosen = plan.selection ? ` Chosen: ${plain(plan.selection.words)}.` : ''
  const ends = (plan.sources ?? []).map(
    ({ topic, partition, end, letters }) =>
      `- ${plain(topic)} ${partition} ended at offset ${end}: ${sayMany(letters, 'letter')}\n`,
  )
  return `${sayMany(plan.total, 'dead letter')} ${from}, frozen to ${plan.total === 1 ? 'its' : 'their'} coordinates; ${plan.ready} might be sent.${chosen}\n\n${targets.join('')}${ends.length === 0 ? '' : `\nWhere the dead-letter partitions ended then:\n\n${ends.join('')}`}`
}

const planned = ({ plan, links }: ReplayReport): string => {
  const findings =
    plan.findings.length === 0
      ? 'No findings.\n'
      : table(
          ['Severity', 'Letters', 'Finding'],
          plan.findings.map(({ severity, count: letters, sentence, code }) =>
            row(severity, String(letters), `${plain(sentence)} (${plain(code)})`),
          ),
        )
  const readers =
    plan.readers.length === 0
      ? 'No group was known to read the targets.\n'
      : `Groups that receive the copies:\n\n${plan.readers
          .map(
            ({ group, topic, lagMessages, reads }) =>
              `- ${plain(group)} reads ${plain(topic)}, ${lagMessages === null ? 'lag not known' : `lag ${lagMessages}`}${isolationWords(reads)}\n`,
          )
          .join('')}`
  const headers = [
    plan.strippedHeaders.length === 0
      ? 'No header was to be removed.'
      : `Headers to be removed: ${plan.strippedHeaders.map(plain).join(', ')}.`,
    `Headers to be added: ${plan.addedHeaders.map(({ name }) => plain(name)).join(', ') || 'none'}.`,
  ].join(' ')
  return `${link('The plan as it was shown', links.plan)}.\n\n${findings}\n${readers}\n${headers}\n`
}

// Plans of earlier versions know nothing of how groups read.
const isolationWords = (reads: ReplayReport['plan']['readers'][number]['reads'] | undefined): string => {
  if (reads === undefined || reads.isolation === 'unknown') return ''
  return reads.isolation === 'committed' ? ', reads what is committed' : ', reads what is not committed, too'
}

const ended = ({ replay }: ReplayReport): string => {
  const counts = outcomes.filter((one) => replay.outcomes[one] > 0)
  const settled = replay.outcomes.SETTLED
  const open = unprovenOutcomes.reduce((sum, one) => sum + replay.outcomes[one], 0)
  const sentence = `${settled} of ${sayMany(replay.total, 'item')} ${settled === 1 ? 'is' : 'are'} settled; what became of ${open} is not proven.`
  return `${sentence}\n\n${table(
    ['Outcome', 'Items', 'Meaning'],
    counts.map((one) => row(one, String(replay.outcomes[one]), meanings[one].means)),
  )}`
}

const unproven = ({ unproven: all }: ReplayReport): string =>
  all.length === 0
    ? 'Nothing: every item has an outcome with its proof.\n'
    : all
        .map(
          ({ outcome, count: items, proof }) =>
            `- ${items} ${outcome} (${meanings[outcome].means}): ${proof === '' ? 'nothing is known' : `such as “${plain(proof)}”`}\n`,
        )
        .join('')

const audited = ({ audit, links }: ReplayReport): string =>
  `${link('In the audit', links.audit)}.\n\n${
    audit.length === 0
      ? 'No entries.\n'
      : table(
          ['Entry', 'When', 'Who', 'Did', 'Result', 'Detail', 'Why', 'SHA-256'],
          audit.map(({ id, atMs, actor, action, result, detail, reason, hash }) =>
            row(id, time(atMs), plain(actor), plain(action), result, plain(detail), plain(reason), hash),
          ),
        )
  }`

/** For people: Markdown with tables (GitHub Flavored Markdown). */
export const markdownReport: ReportForm = {
  contentType: 'text/markdown; charset=utf-8',
  head: (report) => {
    const { replay, links } = report
    const title = `# ${link(`Replay #${replay.number}`, links.replay)}: ${plain(replay.title)}\n`
    const parts = [
      title,
      facts(report),
      `## What was selected\n\n${selection(report)}`,
      `## What was planned\n\n${planned(report)}`,
      `## What came of it\n\n${ended(report)}`,
      `## What is not proven, and why\n\n${unproven(report)}`,
      `## What was done, by whom\n\n${audited(report)}`,
      `## How to check it against the audit\n\n${report.lines.howToCheck}`,
      `## Every item\n\n${table(['#', 'Outcome', 'Letter', 'Copy', 'Key', 'Sent', 'Proof', 'Trace', 'Line'], [])}`,
    ]
    return parts.join('\n')
  },
  item: (item, _index, { links, connection, plan: { targetConnection } }) => {
    const root = links.replay.slice(0, links.replay.lastIndexOf('/replays/'))
    const { source, target, letterId, isWaiting, keyText, traceId } = item
    const copy = target.position
    const messageOf = (topic: string, position: string, base = root) =>
      `${base}/topics/${encodeURIComponent(topic)}/messages/${encodeURIComponent(position)}`
    const targetRoot = targetConnection
      ? `${root.slice(0, root.length - encodeURIComponent(connection.id).length)}${encodeURIComponent(targetConnection.id)}`
      : root
    return row(
      String(item.number),
      item.outcome,
      link(
        `${source.topic} ${source.position}`,
        isWaiting
          ? messageOf(source.topic, source.position)
          : `${root}/dead-letters/${encodeURIComponent(letterId)}`,
      ),
      copy === null
        ? `none on ${plain(target.topic)}`
        : link(`${target.topic} ${copy}`, messageOf(target.topic, copy, targetRoot)),
      keyText === null ? '–' : plain(keyText),
      time(item.sentAt),
      item.proof === '' ? '–' : plain(item.proof),
      traceId === null ? '–' : link('trace', `${root}/traces/${traceId}`),
      `\`${item.line}\``,
    )
  },
  end: (items) => `\n${sayMany(items, 'item')}. The report ends here; one without this line was cut off.\n`,
}

/** Lossless: everything that is kept of the replay, as the API answers it, ended by the count of its items. */
export const jsonReport: ReportForm = {
  contentType: 'application/json; charset=utf-8',
  head: (report) => `${JSON.stringify({ report }, null, 2).slice(0, -2)},\n  "items": [`,
  item: (item, index) => `${index === 0 ? '' : ','}\n    ${JSON.stringify(item)}`,
  end: (items) => `\n  ],\n  "itemCount": ${items}\n}\n`,
}

/** Where a report leads, as `components/client/routes.ts` builds its pages; `base` is the origin, or empty. */
export const reportLinks = (
  base: string,
  connection: string,
  id: string,
  failureGroupId: string | null,
): ReplayReport['links'] => {
  const root = `${base.replace(/\/+$/, '')}/${encodeURIComponent(connection)}`
  return {
    replay: `${root}/replays/${id}`,
    plan: `${root}/replays/plans/${id}`,
    failureGroup:
      failureGroupId === null ? null : `${root}/failure-groups/${encodeURIComponent(failureGroupId)}`,
    audit: `${root}/audit?target=${id}`,
  }
}
