'use client'
import { useQuery } from '@tanstack/react-query'
import { diffLines } from 'diff'
import { useEffect, useState } from 'react'
import type { DecodedSide } from '#server/contracts/messages.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { LinkButton } from '../../ui/link-button.tsx'
import { formatBytes, formatCount, sayMany } from '../quantity.ts'
import { Time } from '../time.tsx'
import { diffJson, type FieldChange, type JsonDiff } from './diff-json.ts'
import { indexJson } from './json-index.ts'
import { loadWholeText, type PayloadSource } from './payload-source.ts'
import { Preparing } from './preparing.tsx'
import { runInSlices } from './run-in-slices.ts'

/** Texts beyond this take too long to lay beside each other line by line. */
const longestText = 500_000

type Difference =
  | { readonly by: 'field'; readonly diff: JsonDiff }
  | {
      readonly by: 'line'
      readonly parts: readonly { readonly value: string; readonly kind: 'same' | 'added' | 'removed' }[]
    }
  | { readonly by: 'none'; readonly why: string }

const wholeText = async (side: DecodedSide, source: PayloadSource, signal: AbortSignal): Promise<string> =>
  side.truncated && side.kind !== 'bytes' ? loadWholeText(source, signal) : (side.text ?? '')

const diffTexts = async (before: string, after: string, signal: AbortSignal): Promise<Difference> => {
  const [old, now] = [
    await runInSlices(indexJson(before), signal),
    await runInSlices(indexJson(after), signal),
  ]
  if (old && now) {
    const diff = await runInSlices(diffJson(old, now), signal)
    if (diff) return { by: 'field', diff }
  }
  if (before.length + after.length > longestText)
    return {
      by: 'none',
      why: `${formatBytes(before.length + after.length)} of text are too long to compare line by line.`,
    }
  const parts = diffLines(before, after, { timeout: 500, ignoreNewlineAtEof: true })
  if (!parts) return { by: 'none', why: 'The two texts differ too much to be compared line by line.' }
  return {
    by: 'line',
    parts: parts.map(({ value, added, removed }) => ({
      value,
      kind: added ? 'added' : removed ? 'removed' : 'same',
    })),
  }
}

const tones = {
  added: { word: 'added', colour: 'text-ok' },
  removed: { word: 'removed', colour: 'text-critical' },
  changed: { word: 'changed', colour: 'text-warning' },
} as const
const longestValue = 300
const short = (text: string) =>
  (text.length > longestValue ? `${text.slice(0, longestValue)}…` : text).replace(/\s*\n\s*/g, ' ')

const Changes = ({ changes }: { readonly changes: readonly FieldChange[] }) => (
  <table className="w-full table-fixed text-left text-small">
    <thead className="text-muted">
      <tr className="border-b border-line">
        <th className="w-[30%] px-3 py-1 font-normal">Field</th>
        <th className="w-20 px-2 py-1 font-normal">Change</th>
        <th className="px-2 py-1 font-normal">Before</th>
        <th className="px-3 py-1 font-normal">Now</th>
      </tr>
    </thead>
    <tbody className="font-mono">
      {changes.map(({ path, kind, before, after }) => (
        <tr key={`${kind} ${path}`} className="border-b border-line align-top last:border-b-0">
          <td className="px-3 py-1 break-all">{path === '' ? 'the whole' : path}</td>
          <td className={`px-2 py-1 font-sans ${tones[kind].colour}`}>{tones[kind].word}</td>
          <td className="px-2 py-1 break-all">
            {before === null ? <span className="text-faint">–</span> : short(before)}
          </td>
          <td className="px-3 py-1 break-all">
            {after === null ? <span className="text-faint">–</span> : short(after)}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

const marks = { same: '  ', added: '+ ', removed: '− ' } as const
const lineTones = {
  same: 'text-muted',
  added: 'bg-ok-bg text-ok',
  removed: 'bg-critical-bg text-critical',
} as const

const DifferenceView = ({
  difference,
  label,
}: {
  readonly difference: Difference
  readonly label: string
}) => {
  if (difference.by === 'none') return <p className="px-3 py-3 text-muted">{difference.why}</p>
  if (difference.by === 'field') {
    const { changes, more } = difference.diff
    if (changes.length === 0)
      return (
        <p className="px-3 py-3 text-muted">
          No field differs; at most the layout or the order of members does.
        </p>
      )
    return (
      <div
        role="group"
        aria-label={`${label}, differences`}
        tabIndex={0}
        className="max-h-[60vh] overflow-auto"
      >
        <Changes changes={changes} />
        {more ? (
          <p className="px-3 py-2 text-muted">
            More fields differ than the {changes.length.toLocaleString('en-GB')} that are listed.
          </p>
        ) : null}
      </div>
    )
  }
  if (difference.parts.every(({ kind }) => kind === 'same'))
    return <p className="px-3 py-3 text-muted">The text is the same.</p>
  return (
    <pre
      role="group"
      aria-label={`${label}, differences`}
      tabIndex={0}
      className="max-h-[60vh] overflow-auto py-2 font-mono text-small break-all whitespace-pre-wrap"
    >
      {difference.parts.map(({ value, kind }, place) => (
        <span key={place} className={`block px-3 ${lineTones[kind]}`}>
          {value
            .replace(/\n$/, '')
            .split('\n')
            .map((line) => `${marks[kind]}${line}`)
            .join('\n')}
        </span>
      ))}
    </pre>
  )
}

/** One side of a record, and where it rests, so that its whole text can be asked for. */
type ComparedSide = { readonly side: DecodedSide; readonly source: PayloadSource }

/** What differs between two payloads: field by field where both are JSON, else line by line. */
export const CompareSides = ({
  before,
  now,
  label,
  wasNull,
}: {
  readonly before: ComparedSide
  readonly now: ComparedSide
  readonly label: string
  /** What is said where there was no payload before. */
  readonly wasNull: string
}) => {
  const [difference, setDifference] = useState<Difference | null>(null)
  useEffect(() => {
    setDifference(null)
    const controller = new AbortController()
    const { signal } = controller
    const compare = async (): Promise<Difference> => {
      if (before.side.text === null || now.side.text === null)
        return { by: 'none', why: before.side.text === null ? wasNull : 'This one is null.' }
      return diffTexts(
        await wholeText(before.side, before.source, signal),
        await wholeText(now.side, now.source, signal),
        signal,
      )
    }
    compare()
      .then((found) => signal.aborted || setDifference(found))
      .catch(
        (error: unknown) =>
          signal.aborted ||
          setDifference({ by: 'none', why: `It could not be compared: ${problemOfError(error).detail}` }),
      )
    return () => controller.abort()
  }, [before.source.topic, before.source.position, now.source.topic, now.source.position, now.side])
  return difference ? <DifferenceView difference={difference} label={label} /> : <Preparing share={0} />
}

/** What differs from the message before of the same key in the same partition. */
export const DiffView = ({
  side,
  label,
  source,
}: {
  readonly side: DecodedSide
  readonly label: string
  readonly source: PayloadSource
}) => {
  const { connection, topic, position } = source
  const query = useQuery({
    ...endpointQuery(endpoints.findSameKey, {
      params: { connection, topic, position },
      query: { direction: 'previous' },
    }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  })
  const before = query.data?.message ?? null
  if (query.isPending)
    return (
      <p role="status" className="px-3 py-3 text-muted">
        Looking for the message before of the same key…
      </p>
    )
  if (query.error)
    return (
      <p role="alert" className="px-3 py-3 text-critical">
        The message before could not be looked for: {problemOfError(query.error).detail}
      </p>
    )
  if (!before)
    return (
      <p className="px-3 py-3 text-muted">
        No message before of the same key was found: {sayMany(query.data.scan.messages, 'message')} read
        {query.data.goOnFrom === null
          ? ', all there are in this partition'
          : ', then the budget of one look was spent'}
        .
      </p>
    )
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-1 text-small text-muted">
        <span>
          Against offset {formatCount(before.offset)}, <Time at={before.timestampMs} relative />
        </span>
        <LinkButton size="small" href={routes.message(connection, topic, before.position)}>
          Open it
        </LinkButton>
      </p>
      <CompareSides
        before={{ side: before[source.side], source: { ...source, position: before.position } }}
        now={{ side, source }}
        label={label}
        wasNull="The message before was null there."
      />
    </>
  )
}
