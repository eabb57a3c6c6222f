import type { LevelInForce, SchemaTypeName } from '#server/contracts/schemas.ts'
import { Ago } from '../../patterns/ago.tsx'
import { sayMany } from '../../patterns/quantity.ts'

export const typeWords = {
  AVRO: 'Avro',
  PROTOBUF: 'Protobuf',
  JSON: 'JSON Schema',
} as const satisfies Record<SchemaTypeName, string>

/** What a compatibility level demands of the next version (Confluent, "Compatibility types"). */
export const levelMeanings: Readonly<Record<string, string>> = {
  NONE: 'anything may be registered',
  BACKWARD: 'new readers must read data of the latest version',
  BACKWARD_TRANSITIVE: 'new readers must read data of all versions',
  FORWARD: 'readers of the latest version must read new data',
  FORWARD_TRANSITIVE: 'readers of all versions must read new data',
  FULL: 'old and new readers must read each other’s data, against the latest version',
  FULL_TRANSITIVE: 'old and new readers must read each other’s data, against all versions',
}

/** A level in force with what it demands, or why the registry did not tell it. */
export const Level = ({
  level,
  brief = false,
}: {
  readonly level: LevelInForce
  readonly brief?: boolean
}) =>
  level.value === null ? (
    <span className="text-muted" title={level.why}>
      not told{brief ? '' : `: ${level.why}`}
    </span>
  ) : (
    <span title={levelMeanings[level.value.level]}>
      <span className="font-mono text-small">{level.value.level}</span>
      {level.value.own === false ? <span className="text-faint"> of all</span> : null}
      {brief || levelMeanings[level.value.level] === undefined ? null : (
        <span className="text-muted"> · {levelMeanings[level.value.level]}</span>
      )}
    </span>
  )

type Sample = { readonly oldestAt: number | null; readonly newestAt: number | null; readonly topics: number }

/** How old what is known from messages is. */
export const SampleAge = ({ sample }: { readonly sample: Sample }) =>
  sample.oldestAt === null ? (
    <span>No topic has been sampled yet: the worker looks at the newest messages of each.</span>
  ) : (
    <span>
      From the newest messages of {sayMany(sample.topics, 'topic')}, sampled <Ago at={sample.oldestAt} /> at
      the longest. Older messages were not looked at.
    </span>
  )
