import { TriangleAlert } from 'lucide-react'
import type { SourceFreshness } from '#server/contracts/overview.ts'
import { Time } from '../../patterns/time.tsx'

/** Leads the page when something has not been checked lately: what is below may be old. */
export const FreshnessStrip = ({ stale }: { readonly stale: readonly SourceFreshness[] }) => (
  <div
    role="status"
    data-state="stale"
    className="rounded-base border border-warning-line bg-warning-bg px-4 py-2.5 text-warning"
  >
    <ul>
      {stale.map(({ source, lastGoodAt, detail }) => (
        <li key={source} className="flex items-start gap-2">
          <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0" />
          <span>
            {source.replaceAll('-', ' ')} not checked{' '}
            {lastGoodAt === null ? (
              'yet'
            ) : (
              <>
                since <Time at={lastGoodAt} short relative />
              </>
            )}
            {detail === '' ? '' : `: ${detail}`}
          </span>
        </li>
      ))}
    </ul>
  </div>
)
