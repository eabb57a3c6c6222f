import type { ExportProgress, ExportReport } from '#server/contracts/export-messages.ts'
import { spentBudget } from './message-search/search-words.ts'
import { formatBytes, formatCount, formatDuration, sayMany } from './quantity.ts'

const rowsOf = (rows: number): string => sayMany(rows, 'row')

/** How much is in the file: “12,400 rows · 8.20 MB”. */
export const writtenWords = ({ rows, fileBytes }: ExportProgress): string =>
  `${rowsOf(rows)} · ${formatBytes(fileBytes)}`

/** What was read for it: “of 2,904,113 messages, 1.31 GB read in 12 s”. */
export const readWords = ({ messages, bytes, durationMs }: ExportProgress): string =>
  `of ${sayMany(messages, 'message')}, ${formatBytes(bytes)} read in ${formatDuration(durationMs)}`

/** What is missing from a file, by its report: one sentence each. */
const gapsOf = ({ errors, lost = [], notes = [] }: ExportReport): string[] => [
  ...errors.map(
    ({ topic, partition, detail }) =>
      `Partition ${partition}${topic === undefined ? '' : ` of ${topic}`} could not be read to its end: ${detail}`,
  ),
  ...lost.map(
    ({ topic, partition, from, to }) =>
      `Offsets ${formatCount(from)} to ${formatCount(to)} of partition ${partition} of ${topic} were deleted meanwhile.`,
  ),
  ...notes,
]

/** How an export ended, and what that means for its file: sentences. None while it runs. */
export const endWords = ({ state, rows, report, problem }: ExportProgress): string[] => {
  const registry =
    report?.registryProblem == null
      ? []
      : [`The schema registry could not be asked: ${report.registryProblem} Some payloads are raw bytes.`]
  switch (state) {
    case 'running':
      return []
    case 'complete':
      return ['Everything that fits is in the file.', ...registry]
    case 'limited':
      return [
        `${report?.exported === 1 ? 'The 1 row' : `The ${rowsOf(report?.exported ?? rows)}`} that ${rows === 1 ? 'was' : 'were'} asked for; more may fit.`,
        ...registry,
      ]
    case 'partial':
      return [
        report?.stop === 'budget'
          ? `It stopped at the budget of ${spentBudget(report)}; more may fit.`
          : 'Not everything that fits could be read.',
        ...(report ? gapsOf(report) : []),
        ...registry,
      ]
    case 'cancelled':
      return [`The file keeps ${rowsOf(rows)}; its last line says that it was cancelled.`]
    case 'left':
      return [`The browser ended the download after ${rowsOf(rows)}.`]
    case 'failed':
      return report === null
        ? [problem ?? 'It is not known why.', rows === 0 ? 'No file was written.' : 'The file was cut short.']
        : [
            ...(problem === null ? gapsOf(report) : [problem]),
            `The file holds ${rowsOf(rows)} of what fits; its last line says that it is not complete.`,
          ]
  }
}
