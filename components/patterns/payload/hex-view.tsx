'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { problemOfError } from '../../client/problem-error.ts'
import { hexLine } from '../hex-lines.ts'
import { formatBytes } from '../quantity.ts'
import { loadBytes, type PayloadSource } from './payload-source.ts'
import { WindowedLines } from './windowed-lines.tsx'

const perLine = 16
const pageBytes = 64 * 1024
const linesPerPage = pageBytes / perLine

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/** Bytes as offset, hexadecimal pairs and characters. What did not come along is loaded as it comes into sight. */
export const HexView = ({
  label,
  raw,
  sizeBytes,
  source,
}: {
  readonly label: string
  readonly raw: string
  readonly sizeBytes: number
  readonly source: PayloadSource | undefined
}) => {
  const first = useMemo(() => bytesOf(raw), [raw])
  const [pages, setPages] = useState<ReadonlyMap<number, Uint8Array>>(new Map())
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef(new Set<number>())
  const leaving = useRef<AbortController | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    leaving.current = controller
    asked.current = new Set()
    setPages(new Map())
    setProblem(null)
    return () => controller.abort()
  }, [raw, source?.position])
  const shownBytes = source ? sizeBytes : first.length
  const ask = useCallback(
    (from: number, to: number) => {
      const controller = leaving.current
      if (!source || !controller) return
      for (let page = Math.floor(from / linesPerPage); page <= Math.floor(to / linesPerPage); page++) {
        const start = page * pageBytes
        if (
          start >= sizeBytes ||
          asked.current.has(page) ||
          first.length >= Math.min(sizeBytes, start + pageBytes)
        )
          continue
        asked.current.add(page)
        loadBytes(source, start, pageBytes, controller.signal)
          .then((bytes) => setPages((known) => new Map(known).set(page, bytes)))
          .catch((error: unknown) => {
            asked.current.delete(page)
            if (!controller.signal.aborted) setProblem(problemOfError(error).detail)
          })
      }
    },
    [source, sizeBytes, first],
  )
  const bytesAt = (line: number): Uint8Array | null => {
    const start = line * perLine
    if (start < first.length) return first.subarray(start, start + perLine)
    const page = Math.floor(line / linesPerPage)
    const at = start - page * pageBytes
    return pages.get(page)?.subarray(at, at + perLine) ?? null
  }
  return (
    <div>
      {problem === null ? null : (
        <p role="alert" className="border-b border-critical-line bg-critical-bg px-3 py-1 text-critical">
          More bytes could not be read: {problem}
        </p>
      )}
      <WindowedLines
        label={`${label}, bytes`}
        count={Math.ceil(shownBytes / perLine)}
        onRange={ask}
        line={(line) => {
          const bytes = bytesAt(line)
          return (
            <span className="px-3 whitespace-pre">
              {bytes ? (
                hexLine(bytes, line * perLine)
              ) : (
                <span className="text-faint">{(line * perLine).toString(16).padStart(8, '0')} …</span>
              )}
            </span>
          )
        }}
      />
      {shownBytes < sizeBytes ? (
        <p className="border-t border-line px-3 py-1 text-small text-muted">
          The first {formatBytes(shownBytes)} of {formatBytes(sizeBytes)}.
        </p>
      ) : null}
    </div>
  )
}
