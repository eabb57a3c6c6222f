'use client'
import { useEffect, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { findInJson } from './find-in-json.ts'
import type { JsonIndex } from './json-index.ts'
import { runInSlices } from './run-in-slices.ts'

/** Small documents are taken in at a glance. */
const leastNodes = 12

type Found = { readonly needle: string; readonly nodes: readonly number[]; readonly at: number }

/** Finds names and values within a document; Enter goes to the next, Shift+Enter to the one before. */
export const TreeSearch = ({
  index,
  onFound,
}: {
  readonly index: JsonIndex
  readonly onFound: (node: number) => void
}) => {
  const [needle, setNeedle] = useState('')
  const [found, setFound] = useState<Found | null>(null)
  useEffect(() => {
    setFound(null)
    if (needle === '') return
    const controller = new AbortController()
    const timer = setTimeout(async () => {
      const nodes = await runInSlices(findInJson(index, needle), controller.signal)
      if (nodes === null) return
      setFound({ needle, nodes, at: 0 })
      if (nodes[0] !== undefined) onFound(nodes[0])
    }, 150)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [needle, index])
  if (index.count < leastNodes) return null
  const step = (by: number): void => {
    if (!found || found.nodes.length === 0) return
    const at = (found.at + by + found.nodes.length) % found.nodes.length
    setFound({ ...found, at })
    const node = found.nodes[at]
    if (node !== undefined) onFound(node)
  }
  return (
    <div className="flex items-center gap-2 border-b border-line px-3 py-1">
      <Input
        aria-label="Find in this payload"
        placeholder="Find a name or value"
        className="h-6 w-56 text-small"
        value={needle}
        onChange={({ target }) => setNeedle(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape' && needle !== '') {
            event.stopPropagation()
            setNeedle('')
          }
        }}
      />
      <span role="status" className="text-small text-muted">
        {needle === '' || found === null
          ? ''
          : found.nodes.length === 0
            ? 'not in this payload'
            : `${found.at + 1} of ${found.nodes.length.toLocaleString('en-GB')}${found.nodes.length >= 10_000 ? ' and more' : ''}`}
      </span>
      {found && found.nodes.length > 1 ? (
        <>
          <Button kind="bare" size="small" onClick={() => step(-1)}>
            Before
          </Button>
          <Button kind="bare" size="small" onClick={() => step(1)}>
            Next
          </Button>
        </>
      ) : null}
    </div>
  )
}
