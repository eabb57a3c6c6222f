import type { SampleState, SchemaSighting } from '#server/contracts/schemas.ts'
import { SchemaSightings } from '../../patterns/schema-sightings.tsx'
import { SampleAge } from './schema-words.tsx'

/** Where a version was seen in sampled messages, and how much was looked at. Nothing seen is told apart from nothing looked at. */
export const SeenIn = ({
  connection,
  sightings,
  sample,
}: {
  readonly connection: string
  readonly sightings: readonly SchemaSighting[]
  readonly sample: SampleState
}) => (
  <>
    {sightings.length > 0 ? (
      <SchemaSightings connection={connection} sightings={sightings} />
    ) : sample.topics > 0 ? (
      <p className="px-3 py-2 text-muted">No sampled message carries it.</p>
    ) : null}
    <p
      className={`px-3 py-1.5 text-small text-muted ${sightings.length > 0 || sample.topics > 0 ? 'border-t border-line' : ''}`}
    >
      <SampleAge sample={sample} />
    </p>
  </>
)
