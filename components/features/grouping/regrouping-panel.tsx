import type { Regrouping } from '#server/contracts/failure-grouping.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'

/** How far letters are moved after a change of the grouping. */
export const RegroupingPanel = ({ job }: { readonly job: Regrouping }) => (
  <Section
    title="Letters are being moved"
    aside={
      <span>
        by {job.startedBy}, <Time at={job.startedAt} short />
      </span>
    }
  >
    <div
      role="progressbar"
      aria-label="Letters looked through"
      aria-valuemin={0}
      aria-valuemax={job.total}
      aria-valuenow={job.looked}
      className="h-1.5 rounded-full bg-hover"
    >
      <div
        className="h-1.5 rounded-full bg-accent"
        style={{ width: `${Math.min(100, (100 * job.looked) / Math.max(1, job.total))}%` }}
      />
    </div>
    <p className="mt-2">
      {formatCount(job.looked)} of {sayMany(job.total, 'letter')} looked through, {formatCount(job.moved)}{' '}
      moved to other groups.
    </p>
    {job.gone === 0 ? null : (
      <p className="text-muted">
        Of {formatCount(job.gone)} the record is deleted: they are grouped by what the index keeps of them.
      </p>
    )}
    <p className="text-muted">
      Letters that come now are grouped anew already. It goes on by itself when a worker is restarted.
    </p>
    {job.problem === null ? null : (
      <p role="alert" className="mt-1 text-warning">
        It does not go on at present: {job.problem}. It is tried again every few seconds.
      </p>
    )}
  </Section>
)
