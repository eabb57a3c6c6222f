'use client'
import { useState } from 'react'
import type { TextLineView } from '#server/contracts/schemas.ts'
import { sayMany } from '../../patterns/quantity.ts'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'

const around = 3

type Shown = TextLineView | { readonly hidden: number; readonly at: number }

/** Lines that differ with three around each; what is the same between them folds into one row. */
const fold = (lines: readonly TextLineView[]): readonly Shown[] => {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ state }) => state !== 'same'),
  )
  const shown: Shown[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]
    if (line && near[index]) shown.push(line)
    else {
      const from = index
      while (index + 1 < lines.length && !near[index + 1]) index++
      shown.push({ hidden: index - from + 1, at: from })
    }
  }
  return shown
}

type Row = { readonly before: TextLineView | null; readonly after: TextLineView | null }

/** Removed lines stand beside the lines that were added in their place. */
const pair = (
  lines: readonly Shown[],
): readonly (Row | { readonly hidden: number; readonly at: number })[] => {
  const rows: (Row | { readonly hidden: number; readonly at: number })[] = []
  let removed: TextLineView[] = []
  let added: TextLineView[] = []
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++)
      rows.push({ before: removed[index] ?? null, after: added[index] ?? null })
    removed = []
    added = []
  }
  for (const line of lines) {
    if ('hidden' in line || line.state === 'same') {
      flush()
      rows.push('hidden' in line ? line : { before: line, after: line })
    } else if (line.state === 'removed') removed.push(line)
    else added.push(line)
  }
  flush()
  return rows
}

const looks = {
  same: { sign: ' ', word: '', tone: '' },
  removed: { sign: '−', word: 'removed: ', tone: 'bg-critical-bg' },
  added: { sign: '+', word: 'added: ', tone: 'bg-ok-bg' },
} as const

const Cell = ({ line, side }: { readonly line: TextLineView | null; readonly side: 'before' | 'after' }) => {
  const { sign, word, tone } = looks[line?.state ?? 'same']
  return (
    <>
      <span
        className={classNames('border-l border-line px-2 text-right text-faint select-none', tone)}
        aria-hidden
      >
        {line?.[side] ?? ''}
      </span>
      <span
        className={classNames(
          'min-w-0 pr-2 break-all whitespace-pre-wrap',
          tone,
          line === null ? 'bg-hover' : '',
          line !== null && line.state !== 'same' ? 'font-strong' : '',
        )}
      >
        <span aria-hidden className="inline-block w-4 select-none">
          {line === null ? '' : sign}
        </span>
        <span className="sr-only">{word}</span>
        {/^\s*/.exec(line?.text ?? '')?.[0]}
        <span className={line?.state === 'removed' ? 'line-through decoration-1' : ''}>
          {line?.text.trimStart() ?? ''}
        </span>
      </span>
    </>
  )
}

/** Two texts side by side. What was removed is struck through after a minus, what was added bold after a plus. */
export const TextDiff = ({
  lines,
  label,
  before,
  after,
}: {
  readonly lines: readonly TextLineView[]
  readonly label: string
  readonly before: string
  readonly after: string
}) => {
  const [whole, setWhole] = useState(false)
  const folded = fold(lines)
  const hasFolded = folded.some((one) => 'hidden' in one)
  const rows = pair(whole ? lines : folded)
  return (
    <div>
      <div
        role="group"
        aria-label={label}
        tabIndex={0}
        className="grid max-h-[60vh] grid-cols-[44px_minmax(0,1fr)_44px_minmax(0,1fr)] overflow-auto pb-2 font-mono text-small leading-5"
      >
        <span className="sticky top-0 col-span-2 border-b border-line bg-panel px-3 py-1 font-sans text-muted">
          {before}
        </span>
        <span className="sticky top-0 col-span-2 border-b border-l border-line bg-panel px-3 py-1 font-sans text-muted">
          {after}
        </span>
        {rows.map((row) =>
          'hidden' in row ? (
            <span
              key={`hidden ${row.at}`}
              className="col-span-4 border-y border-line bg-hover px-3 py-0.5 font-sans text-muted"
            >
              {row.hidden} lines are the same
            </span>
          ) : (
            <div key={`${row.before?.before ?? ''} ${row.after?.after ?? ''}`} className="contents">
              <Cell line={row.before} side="before" />
              <Cell line={row.after} side="after" />
            </div>
          ),
        )}
      </div>
      {hasFolded ? (
        <div className="border-t border-line px-3 py-1.5">
          <Button size="small" onClick={() => setWhole(!whole)}>
            {whole ? 'Only what differs' : `All ${sayMany(lines.length, 'line')}`}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
