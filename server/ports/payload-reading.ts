import type { DecoderChoice, Side } from '#server/contracts/decoders.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { ProtoTypes } from '#server/domain/payload/decode-protobuf.ts'

/** How operators have chosen to read the two sides of a topic; a side that is absent is read as the chain finds. */
export type TopicChoices = Readonly<Partial<Record<Side, DecoderChoice>>>

/** The configured .proto files of a connection. */
export type ProtoFiles = {
  /** Null where none are configured, or where they can not be used: `problem` then says why. */
  readonly types: ProtoTypes | null
  readonly problem: string | null
  /** The message type that the configuration names for a side of a topic. */
  readonly typeFor: (topic: TopicName, side: Side) => string | null
}

/** What reading payloads of a connection needs beside its registry. */
export type PayloadReading = {
  /** Choices of the topics that have any. Empty when they can not be asked: reading goes on without. */
  choices(topics: readonly TopicName[]): Promise<ReadonlyMap<TopicName, TopicChoices>>
  /** Read when first asked for, then kept. */
  protoFiles(): ProtoFiles
}
