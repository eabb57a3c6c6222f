'use client'
import { useEffect, useRef, useState } from 'react'
import { CodeView } from '../code-view.tsx'
import { Preparing } from './preparing.tsx'
import { breakLines, lineOf } from './text-lines.ts'
import { useSliced } from './use-sliced.ts'
import { WindowedLines } from './windowed-lines.tsx'

/** Shorter text is drawn whole: it can be selected and wraps by itself. */
const drawnWhole = 20_000
/** Width of a character of the monospace font at 12 px, as a share of its size. */
const characterPx = 7.25

/** Text as it was written; of a long one only the lines in sight are drawn. */
export const RawView = ({
  label,
  text,
  isJson,
}: {
  readonly label: string
  readonly text: string
  readonly isJson: boolean
}) => {
  const box = useRef<HTMLDivElement>(null)
  const [columns, setColumns] = useState(120)
  useEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setColumns(Math.max(20, Math.floor((entry.contentRect.width - 40) / characterPx)))
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  const isShort = text.length <= drawnWhole
  const lines = useSliced(() => breakLines(text, columns), isShort ? null : text, columns, false)
  return (
    <div ref={box}>
      {isShort ? (
        <CodeView label={label} text={text} isJson={isJson} />
      ) : lines.done ? (
        <WindowedLines
          label={label}
          count={lines.value.length}
          line={(line) => <span className="px-3 whitespace-pre">{lineOf(text, lines.value, line)}</span>}
        />
      ) : (
        <Preparing share={lines.share} />
      )}
    </div>
  )
}
