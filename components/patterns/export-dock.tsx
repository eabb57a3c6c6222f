'use client'
import { X } from 'lucide-react'
import {
  beginExport,
  cancelExport,
  dismissExport,
  type FollowedExport,
  useExports,
} from '../client/exports.ts'
import { Button } from '../ui/button.tsx'
import { Announced } from './announced.tsx'
import { endWords, readWords, writtenWords } from './export-words.ts'
import { Status } from './status.tsx'

/** The exports that were begun on this page: how far they are, how they ended, and why. */
export const ExportDock = () => {
  const exports = useExports()
  return exports.length === 0 ? null : (
    <section
      aria-label="Exports"
      className="fixed right-4 bottom-4 z-40 flex max-h-[60vh] w-[min(400px,calc(100vw-32px))] flex-col overflow-y-auto rounded-base border border-line bg-raised shadow-overlay"
    >
      {exports.map((one) => (
        <Card key={one.id} one={one} />
      ))}
    </section>
  )
}

const stateOf = ({ progress, isOver, isCancelling }: FollowedExport) => {
  if (isOver && (progress === null || progress.endedAt === null)) return 'unknown'
  if (progress === null) return 'begins'
  return isCancelling && progress.state === 'running' ? 'cancelling' : progress.state
}

const Card = ({ one }: { readonly one: FollowedExport }) => {
  const { id, asked, progress, isOver, isCancelling, unheard } = one
  const name = `${asked.topics === '*' ? 'all topics' : asked.topics.replaceAll(',', ', ')}, ${asked.format === 'csv' ? 'CSV' : 'JSON Lines'}`
  const state = stateOf(one)
  const sentences = [...(progress ? endWords(progress) : []), ...(unheard === null ? [] : [unheard])]
  const isBad = state === 'failed' || state === 'partial' || state === 'unknown' || unheard !== null
  const canRetry = isOver && (isBad || state === 'left')
  return (
    <article
      aria-label={`Export of ${name}`}
      data-export={state}
      className="flex flex-col gap-1 border-b border-line px-3 py-2 last:border-b-0"
    >
      <header className="flex items-center gap-2">
        <Status of="export" value={state} />
        <span
          className="min-w-0 flex-1 truncate"
          title={`${name}${asked.search ? ` · ${asked.search}` : ''}`}
        >
          {name}
        </span>
        {isOver ? null : (
          <Button
            size="small"
            disabled={isCancelling || progress === null}
            onClick={() => void cancelExport(id)}
          >
            Cancel
          </Button>
        )}
        {canRetry ? (
          <Button
            size="small"
            onClick={() => {
              dismissExport(id)
              beginExport(asked)
            }}
          >
            Export again
          </Button>
        ) : null}
        <Button
          kind="bare"
          size="small"
          aria-label={isOver ? `Remove the export of ${name}` : `Hide the export of ${name}; it goes on`}
          onClick={() => dismissExport(id)}
        >
          <X aria-hidden size={14} />
        </Button>
      </header>
      <p className="text-small text-muted tabular-nums">
        {progress === null
          ? 'Waiting for the download to begin.'
          : `${writtenWords(progress)} · ${readWords(progress)}`}
      </p>
      {sentences.map((sentence) => (
        <p key={sentence} className={`text-small break-words ${isBad ? 'text-warning' : 'text-muted'}`}>
          {sentence}
        </p>
      ))}
      <Announced
        phase={`${state} ${unheard ?? ''}`}
        words={`Export of ${name}: ${progress === null ? '' : writtenWords(progress)} ${sentences.join(' ')}`}
      />
    </article>
  )
}
