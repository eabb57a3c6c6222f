'use client'
import { type ReactNode, useId, useState } from 'react'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { useZone } from '../../client/zone-provider.tsx'
import { fromZoned, toZoned } from '../../patterns/message-search/zoned-time.ts'
import { formatCount, formatDuration } from '../../patterns/quantity.ts'
import { Time } from '../../patterns/time.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { useNow } from '../../patterns/use-now.ts'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'

const largestPace = 100_000
const largestKilobytes = 1_000_000
const largestInFlight = 100_000
/** A canary is worth its waits from more letters than this on. */
const canaryFrom = 20

/** Null when it is left empty, NaN when it is no whole number from one up to the most. */
const wholeOf = (text: string, most: number): number | null => {
  if (text.trim() === '') return null
  const value = Number(text)
  return Number.isInteger(value) && value >= 1 && value <= most ? value : Number.NaN
}

/** How a replay is to be paced, what of it is wrong, and what is asked of the API. */
export const usePace = (plan: ReplayPlan) => {
  const { zone } = useZone()
  const now = useNow()
  const [pace, setPace] = useState('50')
  const [kilobytes, setKilobytes] = useState('')
  const [inFlight, setInFlight] = useState('')
  const [canary, setCanary] = useState(plan.ready > canaryFrom)
  const [startAt, setStartAt] = useState<string | null>(null)
  const copies = wholeOf(pace, largestPace)
  const bytes = wholeOf(kilobytes, largestKilobytes)
  const most = wholeOf(inFlight, largestInFlight)
  const startAtMs = startAt === null ? null : fromZoned(startAt, zone)
  const isTimeGood = startAt === null || (startAtMs !== null && startAtMs > now)
  return {
    pace,
    setPace,
    kilobytes,
    setKilobytes,
    inFlight,
    setInFlight,
    canary,
    setCanary,
    startAt,
    setStartAt,
    copies: copies ?? Number.NaN,
    bytes,
    most,
    startAtMs,
    isTimeGood,
    zone,
    isGood: copies !== null && ![copies, bytes ?? 0, most ?? 0].some(Number.isNaN) && isTimeGood,
    request: {
      pacePerSecond: copies ?? 0,
      bytesPerSecond: bytes === null ? null : bytes * 1_000,
      maxInFlight: most,
      canary,
      startAt: startAtMs,
    },
  }
}
type PaceForm = ReturnType<typeof usePace>

const Row = ({
  label,
  id,
  children,
}: {
  readonly label: string
  readonly id: string
  readonly children: ReactNode
}) => (
  <div className="flex items-baseline gap-4">
    <label htmlFor={id} className="w-[96px] shrink-0 text-muted">
      {label}
    </label>
    <div className="min-w-0 flex-1">{children}</div>
  </div>
)

const Wrong = ({ most }: { readonly most: number }) => (
  <p role="alert" className="text-critical">
    A whole number from 1 to {formatCount(most)}.
  </p>
)

/** How fast, how carefully and when: the part of a plan that its operator chooses. */
export const PaceFields = ({ plan, form }: { readonly plan: ReplayPlan; readonly form: PaceForm }) => {
  const id = useId()
  const { copies, bytes, most } = form
  const isPaceGood = !Number.isNaN(copies)
  return (
    <>
      <Row label="Pace" id={`${id}-pace`}>
        <span className="flex items-center gap-2">
          <Input
            id={`${id}-pace`}
            inputMode="numeric"
            value={form.pace}
            onChange={(event) => form.setPace(event.target.value)}
            aria-invalid={!isPaceGood}
            className="w-20 text-right"
          />
          <span className="text-muted">
            a second
            {isPaceGood && plan.ready > copies
              ? `, about ${formatDuration((plan.ready / copies) * 1_000)}${form.canary ? ' and the waits of the canary' : ''}`
              : ''}
          </span>
        </span>
        {isPaceGood ? null : <Wrong most={largestPace} />}
      </Row>
      <Row label="Volume" id={`${id}-bytes`}>
        <span className="flex items-center gap-2">
          <Input
            id={`${id}-bytes`}
            inputMode="numeric"
            value={form.kilobytes}
            placeholder="any"
            onChange={(event) => form.setKilobytes(event.target.value)}
            aria-invalid={Number.isNaN(bytes)}
            className="w-20 text-right"
          />
          <span className="text-muted">kB a second at most</span>
        </span>
        {Number.isNaN(bytes) ? <Wrong most={largestKilobytes} /> : null}
      </Row>
      <Row label="In flight" id={`${id}-flight`}>
        <span className="flex items-center gap-2">
          <Input
            id={`${id}-flight`}
            inputMode="numeric"
            value={form.inFlight}
            placeholder="any"
            onChange={(event) => form.setInFlight(event.target.value)}
            aria-invalid={Number.isNaN(most)}
            className="w-20 text-right"
          />
          <span className="text-muted">copies sent and not yet consumed at most</span>
        </span>
        {Number.isNaN(most) ? <Wrong most={largestInFlight} /> : null}
      </Row>
      {plan.ready === 1 ? null : (
        <Row label="Canary" id={`${id}-canary`}>
          <span className="flex items-center gap-2">
            <input
              id={`${id}-canary`}
              type="checkbox"
              checked={form.canary}
              onChange={(event) => form.setCanary(event.target.checked)}
              aria-describedby={`${id}-canary-note`}
            />
            <span>1, then 5, then 20, then the rest</span>
          </span>
          <p id={`${id}-canary-note`} className="text-small text-muted">
            {form.canary
              ? `A step opens when every copy of the last has settled: consumed, and not dead again for ${formatDuration(plan.quietMs)}, longer where retry topics wait longer. It stops by itself when one comes back.`
              : 'All are sent at once, whatever becomes of the first.'}
          </p>
        </Row>
      )}
      <StartTime plan={plan} form={form} id={`${id}-start`} />
    </>
  )
}

const hourMs = 3_600_000

const StartTime = ({
  plan: { expiry },
  form,
  id,
}: {
  readonly plan: ReplayPlan
  readonly form: PaceForm
  readonly id: string
}) => {
  const { startAt, startAtMs, isTimeGood, zone } = form
  const isLate = expiry !== null && startAtMs !== null && startAtMs >= expiry.firstAt
  return (
    <Row label="Start" id={id}>
      <span className="flex flex-wrap items-center gap-2">
        <Select
          id={id}
          value={startAt === null ? 'now' : 'later'}
          onChange={(event) =>
            form.setStartAt(event.target.value === 'now' ? null : toZoned(Date.now() + hourMs, zone))
          }
        >
          <option value="now">at once</option>
          <option value="later">at a time</option>
        </Select>
        {startAt === null ? null : (
          <Input
            type="datetime-local"
            step={1}
            aria-label="Time to start at"
            value={startAt}
            aria-invalid={!isTimeGood}
            onChange={(event) => form.setStartAt(event.target.value)}
          />
        )}
        {startAtMs !== null && isTimeGood ? <TimeLeft until={startAtMs} /> : null}
      </span>
      {isTimeGood ? null : (
        <p role="alert" className="text-critical">
          A time that is yet to come.
        </p>
      )}
      {isLate ? (
        <p role="alert" className="text-warning" data-expiry>
          {expiry.lastAt <= startAtMs
            ? 'Retention will have deleted all of these letters by then: '
            : 'Retention will have deleted some of these letters by then: '}
          the first goes at <Time at={expiry.firstAt} short />
          {expiry.lastAt === expiry.firstAt ? null : (
            <>
              , the last at <Time at={expiry.lastAt} short />
            </>
          )}
          . What is deleted can not be sent.
        </p>
      ) : null}
    </Row>
  )
}
