import type { Side } from '#server/contracts/decoders.ts'
import type { DecodedSide } from '#server/contracts/messages.ts'
import type { RawHeader } from '../dead-letter.ts'
import type { SchemaCompiler } from './compile-schema.ts'
import type { ProtoTypes } from './decode-protobuf.ts'
import type { FoundFrame } from './find-frames.ts'
import type { RawNote } from './json-text.ts'
import type { LookUpSchema, PayloadSchema } from './payload-schema.ts'

/** Configured .proto files, and the message type that the configuration gives this side of the topic. */
export type ConfiguredProto = {
  readonly types: ProtoTypes
  readonly type: string | null
}

/** What a decoder knows about the bytes it is given. */
export type DecodeContext = {
  readonly topic: string
  readonly side: Side
  readonly headers: readonly RawHeader[]
  /** The message's key: a value of Kafka's own topics is told by it. */
  readonly key: Uint8Array | null
  readonly frames: readonly FoundFrame[]
  readonly lookUp: LookUpSchema
  readonly compile: SchemaCompiler
  readonly proto: ConfiguredProto | null
  readonly maxTextChars: number
  /** Raw numbers behind times are wanted. */
  readonly wantsNotes: boolean
}

export type Decoded = {
  readonly kind: DecodedSide['kind']
  readonly text: string
  readonly isJson: boolean
  readonly schema?: PayloadSchema
  readonly notes?: readonly RawNote[]
  readonly event?: DecodedSide['event']
  /** Why it was taken, where its name does not say it: "Avro schema 7". */
  readonly why?: string
}
export type Refused = {
  readonly why: string
  /** It should have been the one: the sentence is shown with whatever another decoder makes of the bytes. */
  readonly problem?: string
}

/** One way to read bytes. Never throws. */
export type Decoder = {
  readonly id: string
  readonly name: string
  readonly read: (bytes: Buffer, context: DecodeContext) => Decoded | Refused
}

export const isDecoded = (answer: Decoded | Refused): answer is Decoded => 'kind' in answer

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
