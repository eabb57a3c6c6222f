/** Why a broker, a registry or a trace store did not do what was asked. One table in server/http maps kind to status. */
export type BrokerErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'denied'
  | 'not-found'
  | 'unsupported'
  | 'invalid'
  | 'overloaded'

/** Why no record can be read at a place. `open`: a transaction holds it back; only there it may still come. */
export type MissingRecord = 'retention' | 'compacted' | 'aborted' | 'marker' | 'open' | 'unwritten'

export type BrokerError = {
  readonly kind: BrokerErrorKind
  /** What happened, for people: "topic payments does not exist". No secrets, no stack. */
  readonly detail: string
  /** Which part: `broker`, `registry`, `trace-store`. */
  readonly source: string
  /** Which input it is about: `name`, `partitions`, `replicationFactor`, or a setting by its name. */
  readonly field?: string
  /** Of a record that is `not-found` at its place. */
  readonly missing?: MissingRecord
}
