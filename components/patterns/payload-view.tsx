'use client'
import dynamic from 'next/dynamic'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { DecodedSide } from '#server/contracts/messages.ts'
import { problemOfError } from '../client/problem-error.ts'
import { useHotkey } from '../client/use-hotkey.ts'
import { Button } from '../ui/button.tsx'
import { indexJson } from './payload/json-index.ts'
import { payloadKinds, rawTextOf } from './payload/payload-kinds.ts'
import { type PayloadSource, payloadAddress } from './payload/payload-source.ts'
import { Preparing } from './payload/preparing.tsx'
import { TreeView } from './payload/tree-view.tsx'
import { useSliced } from './payload/use-sliced.ts'
import { useWholeText } from './payload/use-whole-text.ts'
import { formatBytes } from './quantity.ts'

// Views that few open come after the page.
const DecoderPanel = dynamic(() =>
  import('./payload/decoder-panel.tsx').then((module) => module.DecoderPanel),
)
const DiffView = dynamic(() => import('./payload/diff-view.tsx').then((module) => module.DiffView))
const EventEnvelope = dynamic(() =>
  import('./payload/event-envelope.tsx').then((module) => module.EventEnvelope),
)
const RawView = dynamic(() => import('./payload/raw-view.tsx').then((module) => module.RawView))
const HexView = dynamic(() => import('./payload/hex-view.tsx').then((module) => module.HexView))

const views = { tree: 'Tree', raw: 'Raw', hex: 'Hex', diff: 'Diff' } as const
type View = keyof typeof views
const viewParser = parseAsStringLiteral(Object.keys(views) as View[])

/** A document up to this size is laid out at once, also where a page is made. */
const smallText = 64 * 1024 + 1
const noNotes: NonNullable<DecodedSide['notes']> = []

/**
 * One side of a message: which decoder won and why, and the payload as a tree, as it was written, in hexadecimal, or
 * against the message before of the same key. The view stands in the address under `name`; `b` shows the bytes.
 */
export const PayloadView = ({
  side,
  label,
  hotkey,
  source,
  name = 'view',
}: {
  readonly side: DecodedSide
  readonly label: string
  readonly hotkey?: boolean
  /** Where it rests, where more of it can be asked for. */
  readonly source?: PayloadSource | undefined
  readonly name?: string
}) => {
  const [chosen, setChosen] = useQueryState(name, viewParser)
  const [explained, setExplained] = useState(false)
  const { whole, load, cancel } = useWholeText(source)
  const mayBeTree = side.isJson || (side.truncated && whole.state === 'whole')
  const text = whole.state === 'whole' ? whole.text : side.text
  const isPart = side.truncated && whole.state !== 'whole'
  const index = useSliced(
    () => indexJson(text ?? ''),
    mayBeTree ? text : null,
    '',
    (text?.length ?? 0) < smallText,
  )
  const isTree = mayBeTree && !(index.done && index.value === null)
  const has: Readonly<Record<View, boolean>> = {
    tree: isTree,
    raw: side.text !== null,
    hex: side.raw !== null && side.sizeBytes > 0,
    diff: source?.side === 'value' && side.text !== null,
  }
  const usual: View = isTree ? 'tree' : side.kind === 'bytes' && has.hex ? 'hex' : 'raw'
  const view = chosen !== null && has[chosen] ? chosen : usual
  useHotkey('b', () => void setChosen(view === 'hex' ? null : 'hex'), hotkey === true && has.hex)
  if (side.text === null || text === null)
    return (
      <p className="px-3 py-3 text-muted">
        null: there is no {label.toLowerCase()}.{' '}
        {label === 'Value' ? 'On a compacted topic this deletes the key (a tombstone).' : ''}
      </p>
    )
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5 text-small text-muted">
        <Facts side={side} />
        {isPart ? <span className="text-warning">first part only</span> : null}
        {side.reports || source ? (
          <Button kind="bare" size="small" aria-expanded={explained} onClick={() => setExplained(!explained)}>
            Why {payloadKinds[side.kind]}?
          </Button>
        ) : null}
        <span className="ml-auto flex items-center gap-1">
          {(Object.keys(views) as View[])
            .filter((one) => has[one])
            .map((one) => (
              <Button
                key={one}
                kind={one === view ? 'active' : 'bare'}
                size="small"
                aria-pressed={one === view}
                onClick={() => void setChosen(one === usual ? null : one)}
              >
                {views[one]}
              </Button>
            ))}
          <span aria-hidden className="mx-1 h-4 border-l border-line" />
          <More side={side} text={text} isPart={isPart} source={source} />
        </span>
      </div>
      {explained ? <DecoderPanel side={side} source={source} /> : null}
      {side.problem === null ? null : (
        <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">{side.problem}</p>
      )}
      {side.event ? <EventEnvelope event={side.event} /> : null}
      {side.text === '' ? (
        <p className="px-3 py-3 text-muted">Empty: zero bytes.</p>
      ) : view === 'diff' && source ? (
        <DiffView side={side} label={label} source={source} />
      ) : view === 'hex' ? (
        <HexView label={label} raw={side.raw ?? ''} sizeBytes={side.sizeBytes} source={source} />
      ) : view === 'raw' ? (
        <RawView
          label={label}
          text={whole.state === 'whole' ? whole.text : rawTextOf(side)}
          isJson={side.isJson}
        />
      ) : !index.done || index.value === null ? (
        <Preparing share={index.done ? 1 : index.share} />
      ) : (
        <TreeView key={text.length} index={index.value} label={label} notes={side.notes ?? noNotes} />
      )}
      {isPart && source && view !== 'hex' && view !== 'diff' ? (
        <Rest side={side} whole={whole} onLoad={load} onCancel={cancel} />
      ) : null}
    </div>
  )
}

const Facts = ({ side }: { readonly side: DecodedSide }) => {
  const { schema, choice } = side
  return (
    <>
      <span className="text-text">{payloadKinds[side.kind]}</span>
      {schema ? (
        <span>
          schema {schema.id ?? schema.guid}
          {schema.name === null ? '' : ` · ${schema.name}`}
          {schema.version === null ? '' : ` v${schema.version}`}
        </span>
      ) : null}
      <span>{formatBytes(side.sizeBytes)}</span>
      {choice?.fits ? <span className="text-info">read as {choice.name} by choice</span> : null}
    </>
  )
}

/** Copying what is shown, and keeping the bytes as a file. */
const More = ({
  side,
  text,
  isPart,
  source,
}: {
  readonly side: DecodedSide
  readonly text: string
  readonly isPart: boolean
  readonly source: PayloadSource | undefined
}) => {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  return (
    <>
      <Button
        kind="bare"
        size="small"
        onClick={() => void copy()}
        title={isPart ? 'The part that is shown' : undefined}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
      {source && side.sizeBytes > 0 ? (
        <a
          href={payloadAddress(source, { as: 'raw', file: true })}
          download
          className="inline-flex h-6 items-center rounded-base px-2.5 text-body font-strong text-muted hover:bg-hover hover:text-text"
        >
          Save bytes
        </a>
      ) : null}
    </>
  )
}

/** What is not here yet of a large payload, and how to get it. */
const Rest = ({
  side,
  whole,
  onLoad,
  onCancel,
}: {
  readonly side: DecodedSide
  readonly whole: ReturnType<typeof useWholeText>['whole']
  readonly onLoad: () => void
  readonly onCancel: () => void
}) => (
  <div className="flex flex-wrap items-center gap-3 border-t border-line px-3 py-2">
    {whole.state === 'loading' ? (
      <>
        <span role="status" className="text-muted">
          {formatBytes(whole.bytes)} of {formatBytes(side.sizeBytes)} loaded
        </span>
        <Button size="small" onClick={onCancel}>
          Stop
        </Button>
      </>
    ) : (
      <Button onClick={onLoad}>Load all {formatBytes(side.sizeBytes)}</Button>
    )}
    {whole.state === 'failed' ? (
      <span role="alert" className="text-critical">
        It could not be loaded: {problemOfError(whole.error).detail}
      </span>
    ) : null}
  </div>
)
