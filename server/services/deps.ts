import type { EditingMode } from '#server/contracts/choices.ts'
import type { Environment } from '#server/contracts/connections.ts'
import type { Permission } from '#server/contracts/permissions.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import type { DeadLetterRules } from '#server/domain/dead-letter-rules.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { Clock } from '#server/ports/clock.ts'
import type { Masking } from '#server/ports/masking.ts'
import type { PayloadReading } from '#server/ports/payload-reading.ts'
import type { Scanner } from '#server/ports/scanner.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'
import type { TraceStore } from '#server/ports/trace-store.ts'
import type { Database } from '#server/repositories/database.ts'
import type { RunningExports } from './running-exports.ts'

/** How long before the end letters are kept, and how much of them. */
export type KeepExpiring = {
  readonly withinMs: number
  /** A larger letter is not kept. */
  readonly letterBytes: number
  /** Of all that are kept. */
  readonly bytes: number
}

/** One configured cluster with its registry. On a read-only connection the broker refuses writes by itself. */
export type Connection = {
  readonly id: ConnectionId
  readonly name: string
  readonly environment: Environment
  readonly readOnly: boolean
  /** Whether its dead letters may be edited and replayed. */
  readonly editing: EditingMode
  /** Where other tools reach it: the brokers as configured, and whether they need TLS or a login. */
  readonly address?: { readonly brokers: string; readonly needsLogin: boolean }
  readonly broker: BrokerAdapter
  readonly registry: SchemaRegistry | null
  /** How payloads are read beside the registry: operators' choices and configured .proto files. */
  readonly reading?: PayloadReading
  /** What readers may not see; left out where nothing is masked. */
  readonly masking?: Masking
  /** Where replays keep what they have sent. */
  readonly ledgerTopic: TopicName
  /** Letters that retention is about to delete are kept within these bounds; null or left out: they are not. */
  readonly keepExpiring?: KeepExpiring | null
  /** A message that was replayed so often is replayed again only when its operator insists; 3 where left out. */
  readonly mostReplays?: number
  /** Topics that hold dead letters beside those known by their names. */
  readonly deadLetterTopics: readonly RegExp[]
  /** Endings of retry topics beside those that frameworks give. */
  readonly retrySuffixes?: readonly string[]
  /** The conventions and origins that its operator describes, beside the frameworks' conventions. */
  readonly deadLetterRules?: DeadLetterRules
}

/** What a search may read: by default, and at most when its operator raises that. */
export type SearchLimits = {
  readonly budgetBytes: number
  readonly mostBytes: number
  readonly durationMs: number
}

/** What every use case may use. Made once a process by server/composition.ts. */
export type Deps = {
  readonly db: Database
  readonly clock: Clock
  readonly traces: TraceStore
  readonly connections: readonly Connection[]
  readonly scanner: Scanner
  readonly searchLimits: SearchLimits
  readonly exports: RunningExports
}

/** Who asks. One local operator with all permissions until a login exists. */
export type Actor = { readonly name: string; readonly permissions: ReadonlySet<Permission> }
