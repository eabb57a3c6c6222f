import { type DecodeContext, type Decoded, type Decoder, messageOf, type Refused } from '../decoder.ts'
import { type RawNote, writeJson } from '../json-text.ts'

/** Reads bytes as a message of the configured .proto files. */
export const readProtoType = (
  type: string,
  bytes: Buffer,
  { proto, wantsNotes }: DecodeContext,
): Decoded | Refused => {
  if (proto === null) return { why: 'no .proto files are configured' }
  try {
    const notes: RawNote[] | null = wantsNotes ? [] : null
    const text = writeJson(proto.types.decode(type, bytes), notes)
    return { kind: 'protobuf', text, isJson: true, why: `configured as ${type}`, ...(notes ? { notes } : {}) }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

/** The message type that the configuration names for this side of the topic. */
export const configuredProtoDecoder: Decoder = {
  id: 'proto-file',
  name: 'Protobuf (.proto file)',
  read: (bytes, context) => {
    const type = context.proto?.type ?? null
    if (type === null)
      return {
        why:
          context.proto === null
            ? 'no .proto files are configured'
            : 'no configured type is for this side of the topic',
      }
    const answer = readProtoType(type, bytes, context)
    return 'kind' in answer ? answer : { ...answer, problem: `Configured as ${type}: ${answer.why}.` }
  },
}
