import { plainChoices } from '#server/contracts/choices.ts'
import type { DecoderChoice, PlainChoice } from '#server/contracts/decoders.ts'
import { type DecodeContext, type Decoded, isDecoded, type Refused } from './decoder.ts'
import { readBySchema } from './decoders/by-schema.ts'
import { readProtoType } from './decoders/configured-proto.ts'
import { plainReaders } from './decoders/plain.ts'
import { isFrame } from './find-frames.ts'

/** Bytes whole first, then without each prefix that may name a schema: an operator need not know which there is. */
const firstThatReads = (
  bodies: readonly Buffer[],
  read: (body: Buffer) => Decoded | Refused,
): Decoded | Refused => {
  let refused: Refused = { why: 'there is nothing to read' }
  for (const [index, body] of bodies.entries()) {
    const answer = read(body)
    if (isDecoded(answer)) return answer
    if (index === 0) refused = answer
  }
  return refused
}

const isPlain = (choice: DecoderChoice): choice is PlainChoice => choice in plainChoices

/** Reads bytes as an operator has chosen, or says why they can not be read so. */
export const readByChoice = (
  choice: DecoderChoice,
  bytes: Buffer,
  context: DecodeContext,
): Decoded | Refused => {
  const frames = context.frames.filter(isFrame)
  const bodies = [bytes, ...frames.map(({ body }) => body).filter((body) => body !== bytes)]
  if (isPlain(choice)) return firstThatReads(bodies, (body) => plainReaders[choice](body, context))
  const rest = choice.slice(choice.indexOf(':') + 1)
  if (choice.startsWith('proto:')) return firstThatReads(bodies, (body) => readProtoType(rest, body, context))
  const lookup = context.lookUp({ by: 'id', id: Number(rest) })
  if (lookup.state !== 'found')
    return {
      why: lookup.state === 'none' ? 'no schema registry is configured' : `schema ${rest}: ${lookup.why}`,
    }
  const { schema } = lookup
  // With a prefix first: the bytes after it are what the schema describes.
  for (const frame of frames) {
    const answer = readBySchema(schema, frame, context)
    if (isDecoded(answer)) return answer
  }
  return readBySchema(schema, { body: bytes, indexes: [] }, context)
}
