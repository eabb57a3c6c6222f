'use client'
import { ChevronDown, ChevronRight } from 'lucide-react'
import dynamic from 'next/dynamic'
import { type KeyboardEvent, useId, useMemo, useState } from 'react'
import type { DecodedSide } from '#server/contracts/messages.ts'
import { Button } from '../../ui/button.tsx'
import { sayMany } from '../quantity.ts'
import { isContainer, type JsonIndex, jsonKinds, nodeAtPointer, pathOf } from './json-index.ts'
import { firstOpenness, isOpen, placeOf, revealing, rowsInSight, withOpen } from './tree-rows.ts'
import { WindowedLines } from './windowed-lines.tsx'

const TreeSearch = dynamic(() => import('./tree-search.tsx').then((module) => module.TreeSearch), {
  ssr: false,
  loading: () => <div className="h-8 border-b border-line" />,
})

const colours = ['text-muted', 'text-muted', 'text-consumer', 'text-accent', 'text-producer']
const longestShown = 400
const widestIndent = 30
const pageRows = 20

type Notes = NonNullable<DecodedSide['notes']>

const sizeWords = (index: JsonIndex, node: number): string => {
  const size = index.size(node)
  return index.kind(node) === jsonKinds.object ? sayMany(size, 'field') : sayMany(size, 'item')
}

/** The beginning of what is closed, on one line. */
const previewOf = (index: JsonIndex, node: number): string =>
  index.text
    .slice(index.start(node) + 1, Math.min(index.end(node) - 1, index.start(node) + 120))
    .replace(/\s+/g, ' ')
    .slice(0, 90)

const Value = ({
  index,
  node,
  open,
}: {
  readonly index: JsonIndex
  readonly node: number
  readonly open: boolean
}) => {
  if (isContainer(index, node)) {
    const [left, right] = index.kind(node) === jsonKinds.object ? '{}' : '[]'
    return (
      <span className="text-muted">
        {index.size(node) === 0 ? `${left}${right}` : open ? left : `${left}…${right} `}
        {open || index.size(node) === 0 ? null : (
          <span className="text-faint">
            {sizeWords(index, node)} <span className="ml-2">{previewOf(index, node)}</span>
          </span>
        )}
      </span>
    )
  }
  const text = index.text.slice(
    index.start(node),
    Math.min(index.end(node), index.start(node) + longestShown),
  )
  const isCut = index.end(node) - index.start(node) > longestShown
  return (
    <span className={colours[index.kind(node)]}>
      {text}
      {isCut ? (
        <span className="text-faint">
          … {(index.end(node) - index.start(node)).toLocaleString('en-GB')} characters
        </span>
      ) : null}
    </span>
  )
}

/**
 * A JSON document as a tree: arrows move and open, Home and End go to the ends, `c` copies the value and `p` the path of
 * the chosen row. Values stand as they were written, and are copied so.
 */
export const TreeView = ({
  index,
  label,
  notes,
}: {
  readonly index: JsonIndex
  readonly label: string
  readonly notes: Notes
}) => {
  const id = useId()
  const [openness, setOpenness] = useState(() => firstOpenness(index))
  const [active, setActive] = useState(0)
  const [copied, setCopied] = useState('')
  const rows = useMemo(() => rowsInSight(index, openness), [index, openness])
  const place = Math.max(0, placeOf(rows, active))
  const path = pathOf(index, active)
  const noteOf = useMemo(
    () => new Map(notes.map((one) => [nodeAtPointer(index, one.path), one])),
    [index, notes],
  )
  const note = noteOf.get(active)

  const go = (next: number): void => setActive(rows.at(Math.min(rows.length - 1, Math.max(0, next))))
  const open = (node: number, wanted: boolean): void => {
    if (isContainer(index, node)) setOpenness((now) => withOpen(now, node, wanted))
  }
  const copy = async (what: string, text: string): Promise<void> => {
    await navigator.clipboard?.writeText(text)
    setCopied(`${what} copied`)
    setTimeout(() => setCopied(''), 1_500)
  }
  const copyValue = () => copy('Value', index.text.slice(index.start(active), index.end(active)))
  const copyPath = () => copy('Path', path.shown)
  const moves: Readonly<Record<string, () => unknown>> = {
    ArrowDown: () => go(place + 1),
    ArrowUp: () => go(place - 1),
    PageDown: () => go(place + pageRows),
    PageUp: () => go(place - pageRows),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: () => (isOpen(index, openness, active) ? go(place + 1) : open(active, true)),
    ArrowLeft: () =>
      isOpen(index, openness, active) ? open(active, false) : setActive(Math.max(0, index.parent(active))),
    Enter: () => open(active, !isOpen(index, openness, active)),
    ' ': () => open(active, !isOpen(index, openness, active)),
    c: copyValue,
    p: copyPath,
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = moves[event.key]
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    void move()
  }
  return (
    <div role="group" aria-label={label}>
      <TreeSearch
        index={index}
        onFound={(node) => {
          setOpenness((now) => revealing(index, now, node))
          setActive(node)
        }}
      />
      <WindowedLines
        role="tree"
        label={`${label}, tree`}
        count={rows.length}
        active={place}
        activeId={`${id}-${active}`}
        onKeyDown={onKeyDown}
        line={(line) => {
          const node = rows.at(line)
          const isNodeOpen = isOpen(index, openness, node)
          const nameStart = index.nameStart(node)
          const raw = noteOf.get(node)
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
            <div
              id={`${id}-${node}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={index.depth(node) + 1}
              aria-selected={node === active}
              {...(isContainer(index, node) ? { 'aria-expanded': isNodeOpen } : {})}
              onClick={() => {
                setActive(node)
                if (isContainer(index, node)) open(node, !isNodeOpen)
              }}
              className={`flex h-5 cursor-default items-center pr-3 whitespace-pre ${node === active ? 'bg-selected' : 'hover:bg-hover'}`}
              style={{ paddingLeft: 8 + Math.min(index.depth(node), widestIndent) * 14 }}
            >
              <span aria-hidden className="inline-flex w-4 shrink-0 text-faint">
                {isContainer(index, node) && index.size(node) > 0 ? (
                  isNodeOpen ? (
                    <ChevronDown size={12} />
                  ) : (
                    <ChevronRight size={12} />
                  )
                ) : null}
              </span>
              {nameStart < 0 ? null : (
                <span>
                  {index.text.slice(nameStart, index.nameEnd(node))}
                  <span className="text-muted">: </span>
                </span>
              )}
              <Value index={index} node={node} open={isNodeOpen} />
              {raw ? <span className="ml-3 text-faint">{raw.raw}</span> : null}
            </div>
          )
        }}
      />
      <div className="flex min-h-8 items-center gap-2 border-t border-line px-3 py-0.5 text-small text-muted">
        <span className="truncate font-mono" title={path.shown}>
          {path.shown === '' ? 'the whole document' : path.shown}
        </span>
        {note ? (
          <span className="shrink-0">
            {note.type}: <span className="font-mono text-text">{note.raw}</span>
          </span>
        ) : null}
        <span role="status" className="ml-auto shrink-0 text-ok">
          {copied}
        </span>
        <Button kind="bare" size="small" onClick={() => void copyPath()} disabled={path.shown === ''}>
          Copy path
        </Button>
        <Button kind="bare" size="small" onClick={() => void copyValue()}>
          Copy value
        </Button>
      </div>
    </div>
  )
}
