import type { DecoderChoice } from '#server/contracts/decoders.ts'
import type { DecoderReport } from '#server/contracts/messages.ts'
import { type DecodeContext, type Decoded, isDecoded } from './decoder.ts'
import { decoders } from './decoders.ts'
import { frameKinds, isFrame } from './find-frames.ts'
import { nameOfReference } from './payload-schema.ts'

/** Decoders after the one that was taken are asked, too, for payloads up to this size. */
const largestAsked = 256 * 1024

const reportFrames = ({ frames, lookUp }: DecodeContext): DecoderReport[] =>
  frames.map((frame) => {
    const decoder = frameKinds[frame.kind]
    if (!isFrame(frame)) return { decoder, outcome: 'refused', why: frame.why }
    if (frame.reference.by === 'glue')
      return {
        decoder,
        outcome: 'fits',
        why: `names schema version ${frame.reference.guid}, which only AWS Glue knows`,
      }
    const lookup = lookUp(frame.reference)
    const name = `schema ${nameOfReference(frame.reference)}`
    if (lookup.state === 'found')
      return { decoder, outcome: 'fits', why: `names ${name}, which the registry has` }
    return {
      decoder,
      outcome: 'refused',
      why:
        lookup.state === 'none'
          ? `would name ${name}, and no registry is configured`
          : `${name}: ${lookup.why}`,
    }
  })

/** What each convention and each decoder says of the bytes, in the order in which they are asked. */
export const reportDecoders = (
  bytes: Buffer,
  context: DecodeContext,
  {
    by,
    taken,
    choice,
  }: { readonly by: string; readonly taken: Decoded; readonly choice: DecoderChoice | null },
): DecoderReport[] => {
  let isTaken = false
  const chain = decoders.map(({ id, name, read }): DecoderReport => {
    if (id === by) {
      isTaken = true
      return { decoder: name, outcome: 'taken', why: taken.why ?? 'the first that can read it' }
    }
    if (bytes.length > largestAsked && (isTaken || choice !== null))
      return { decoder: name, outcome: 'not-asked', why: 'the payload is large, and another was taken' }
    const answer = read(bytes, context)
    return isDecoded(answer)
      ? { decoder: name, outcome: 'fits', why: 'could read it as well' }
      : { decoder: name, outcome: 'refused', why: answer.why }
  })
  const chosen: DecoderReport[] =
    by === 'choice' ? [{ decoder: 'Choice', outcome: 'taken', why: 'chosen for this side of the topic' }] : []
  return [...chosen, ...reportFrames(context), ...chain]
}
