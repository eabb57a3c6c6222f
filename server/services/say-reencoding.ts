import type { DraftSide } from '#server/contracts/produce.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection } from './deps.ts'
import { prepareSide } from './prepare-message.ts'

/**
 * Says of a side that is edited by its schema when its producer wrote the same otherwise than an edit does: then also
 * what nobody touches is other bytes in the copy, as a decimal that was written in more bytes than it needs. Null where
 * what the original says, encoded anew, is the original.
 */
export const sayReencoding = async (
  connection: Connection,
  name: 'key' | 'value',
  side: DraftSide,
  original: { readonly bytes: Uint8Array | null; readonly text: string | null },
  call: Call,
): Promise<string | null> => {
  const { bytes, text } = original
  if (side.as !== 'schema' || bytes === null || text === null) return null
  const anew = await prepareSide(connection, { ...side, text }, null, call)
  if (!anew.bytes || Buffer.compare(anew.bytes, bytes) === 0) return null
  return `The ${name} is encoded anew as a whole. Its producer wrote the same in other bytes (${bytes.length}; anew ${anew.bytes.length}), as a decimal in more bytes than it needs: readers read the same numbers, but what was not edited is not the same bytes either.`
}
