import { openMessage, sealMessage } from '#server/domain/record-body.ts'
import { hashContent } from '#server/domain/replay-ledger.ts'
import type { RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import { findLetterEdit, type NewLetterEdit } from '#server/repositories/letter-edits.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import type { Deps } from './deps.ts'
import { malformedLetter, readably } from './read-malformed.ts'

/** Records by their items, or why there is none. */
type Records = ReadonlyMap<ItemRecord, SealedMessage | { readonly lost: string }>

/** A letter's record with its edited sides and headers; sides that were not edited are its own bytes. */
export const editedRecord = (
  record: RawMessage,
  { key, value, headers }: Pick<NewLetterEdit, 'key' | 'value' | 'headers'>,
): RawMessage => ({
  ...record,
  key: key === null ? record.key : key.bytes,
  value: value === null ? record.value : value.bytes,
  headers,
})

/**
 * The records of a replay's items as they are to be sent: those of an edited letter with the edit applied. Lost is one
 * whose letter, or what is kept of the edit, is not what its plan showed.
 */
export const applyLetterEdit = async (
  deps: Deps,
  items: readonly ItemRecord[],
  records: Records,
): Promise<Records> => {
  const [first] = items
  const edit = first ? await findLetterEdit(deps.db, first.replayId) : null
  if (edit === null) return records
  const made = new Map(records)
  for (const item of items) {
    const sealed = records.get(item)
    if (!sealed || 'lost' in sealed) continue
    const record = readably(() => openMessage(sealed))
    if (record === null) {
      made.set(item, { lost: malformedLetter })
      continue
    }
    const edited = editedRecord(record, edit)
    made.set(
      item,
      hashContent(record) !== edit.originalHash
        ? { lost: 'not sent: the dead letter is not the one that was edited' }
        : hashContent(edited) !== edit.hash
          ? { lost: 'not sent: what is kept of the edit is not what its plan showed' }
          : sealMessage(edited),
    )
  }
  return made
}
