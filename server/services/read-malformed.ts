import { MalformedRecordError } from '#server/domain/varint.ts'

/** Why an item is not sent of which the letter's record can not be read. */
export const malformedLetter =
  'not sent: the record of the dead letter is malformed: its key, value and headers do not end where it does'

/** Null: what was read does not follow the record format. */
export const readably = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedRecordError) return null
    throw error
  }
}
