import { reportOf, type SearchState } from '../../client/search-state.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { Ago } from '../ago.tsx'
import { Announced } from '../announced.tsx'
import { formatBytes, formatCount, formatDuration, sayMany } from '../quantity.ts'
import { Time } from '../time.tsx'
import { ScannedOffsets } from './scanned-offsets.tsx'
import { budgetChoices, matchWords, shownWords, spentBudget, stopWords } from './search-words.ts'

type Scan = NonNullable<ReturnType<typeof reportOf>>

const rateOf = ({ messages, durationMs }: Scan): string =>
  durationMs < 1 ? '' : ` (${formatCount(Math.round((Number(messages) * 1_000) / durationMs))}/s)`

/** What a search has read, from the first frame to its last, and why it stopped. Always shown. */
export const SearchReport = ({ state, what }: { readonly state: SearchState; readonly what: string }) => {
  const scan = reportOf(state)
  const searching = `Searching ${what}, ${state.order === 'newest' ? 'newest' : 'oldest'} first…`
  const words = [
    ...(state.status === 'running' ? [searching] : []),
    ...(scan === null ? [] : [figuresOf(state, scan)]),
    ...(scan === null || state.status === 'running' ? [] : [endOf(state, scan)]),
  ].join(' · ')
  return (
    <>
      <Announced phase={`${state.status} ${state.pages.length}`} words={words} />
      {scan === null ? (
        state.status === 'running' && <p className="truncate text-small text-muted">{searching}</p>
      ) : (
        <p className="text-small text-muted">
          {state.status === 'running' ? `${searching} ` : ''}
          {figuresOf(state, scan)}
          {rateOf(scan)}
          <Covered scan={scan} />
          {scan.ranges && scan.ranges.length > 0 ? (
            <>
              {' '}
              · <ScannedOffsets ranges={scan.ranges} report={scan} />
            </>
          ) : null}
          {state.status === 'running' ? null : (
            <>
              {' '}
              · {endOf(state, scan)} · <Ago at={state.updatedAt} />
            </>
          )}
        </p>
      )}
    </>
  )
}

const figuresOf = (state: SearchState, scan: Scan): string => {
  const partitions = sayMany(scan.partitions, 'partition')
  const isFirstToCome = state.status === 'running' && state.rows.length === 0
  const found = isFirstToCome ? 'no match yet' : shownWords(state.rows.length, scan.matches)
  return `${found} · read ${sayMany(scan.messages, 'message')}, ${formatBytes(scan.bytes)} of ${partitions} in ${formatDuration(scan.durationMs)}`
}

const endOf = ({ status }: SearchState, scan: Scan): string =>
  status === 'cancelled' ? 'cancelled' : status === 'failed' ? 'broke off' : stopOf(scan)

const stopOf = (scan: Scan): string =>
  scan.stop === undefined ? '' : stopWords({ ...scan, stop: scan.stop })

const Covered = ({ scan: { coveredMs } }: { readonly scan: Scan }) => {
  if (!coveredMs || (coveredMs.from === null && coveredMs.to === null)) return null
  return (
    <>
      {' · '}
      {coveredMs.from === null ? null : (
        <>
          from <Time at={coveredMs.from} />
        </>
      )}
      {coveredMs.to === null ? null : (
        <>
          {' '}
          to <Time at={coveredMs.to} />
        </>
      )}
    </>
  )
}

/** How far a search has come whose budget has ended, in a sentence. */
export const SearchedUntil = ({ state }: { readonly state: SearchState }) => {
  const scan = state.pages.at(-1)?.scan
  if (!scan?.stop) return null
  const reached =
    state.order === 'newest' ? (scan.coveredMs?.from ?? scan.backToMs) : (scan.coveredMs?.to ?? null)
  const towards = state.order === 'newest' ? 'back to' : 'up to'
  return (
    <>
      {reached === null ? 'searched' : `searched ${towards} `}
      {reached === null ? null : <Time at={reached} />}; the budget of{' '}
      {spentBudget({ ...scan, stop: scan.stop })} was used up
    </>
  )
}

/** What one request of the search may read, to be raised up to what the installation allows. */
export const BudgetChoice = ({
  state,
  budgetBytes,
  onBudget,
}: {
  readonly state: SearchState
  /** Chosen before; null: the installation's default. */
  readonly budgetBytes: number | null
  /** Null: the default again. */
  readonly onBudget: (bytes: number | null) => void
}) => {
  const budget = state.pages.at(-1)?.scan?.budget ?? state.pages.at(-2)?.scan?.budget
  if (!budget)
    return state.status === 'failed' && budgetBytes !== null ? (
      <Button kind="bare" size="small" onClick={() => onBudget(null)}>
        Use the default budget
      </Button>
    ) : null
  const inForce = budgetBytes ?? budget.bytes
  const choices = budgetChoices(inForce, budget.mostBytes ?? budget.bytes)
  return (
    <label className="flex shrink-0 items-center gap-1 text-small text-muted">
      Budget
      <Select
        quiet
        value={inForce}
        title="What a search reads before it asks whether to go on. An administrator sets the most."
        onChange={(event) => onBudget(Number(event.target.value))}
      >
        {choices.map((bytes) => (
          <option key={bytes} value={bytes}>
            {formatBytes(bytes)}
            {bytes === budget.mostBytes ? ' (most)' : ''}
          </option>
        ))}
      </Select>
    </label>
  )
}

/** A search that is not at its end must not read as if it were. */
export const UnfinishedStrip = ({
  state,
  onGoOn,
}: {
  readonly state: SearchState
  readonly onGoOn: () => void
}) => {
  const stop = state.pages.at(-1)?.scan?.stop
  if (state.status !== 'done' || stop !== 'budget' || state.rows.length === 0) return null
  return (
    <div
      data-state="partial"
      role="status"
      className="flex flex-wrap items-center gap-3 border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning"
    >
      <span>
        {matchWords(state.rows.length)} so far, <SearchedUntil state={state} />.{' '}
        {state.order === 'newest' ? 'Older' : 'Newer'} messages may match too.
      </span>
      <Button size="small" onClick={onGoOn}>
        Continue
      </Button>
    </div>
  )
}

/** Notes of several pages may be the same words. */
export const numbered = (notes: readonly string[]): { readonly key: string; readonly note: string }[] =>
  notes.map((note, place) => ({ key: `${place} ${note}`, note }))

/** Partitions that could not be read, offsets that went while they were searched, messages not judged: the list lacks what they hold. */
export const MissingStrip = ({ state }: { readonly state: SearchState }) => {
  const scans = state.pages.flatMap(({ scan }) => (scan === null ? [] : [scan]))
  const errors = scans.flatMap((scan) => scan.errors)
  const lost = scans.flatMap((scan) => scan.lost ?? [])
  const notes = scans.flatMap((scan) => scan.notes ?? [])
  if (errors.length + lost.length + notes.length === 0) return null
  return (
    <ul data-state="partial" className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
      {errors.map(({ topic, partition, detail }) => (
        <li key={`${topic ?? ''} ${partition} ${detail}`}>
          Partial: partition {partition}
          {topic === undefined ? '' : ` of ${topic}`} could not be read: {detail}
        </li>
      ))}
      {numbered(notes).map(({ key, note }) => (
        <li key={key}>Partial: {note}</li>
      ))}
      {lost.map(({ topic, partition, from, to }) => (
        <li key={`${topic} ${partition} ${from}`}>
          Partial: offsets {formatCount(from)} to {formatCount(to)} of {topic} partition {partition} were
          deleted while they were searched.
        </li>
      ))}
    </ul>
  )
}
