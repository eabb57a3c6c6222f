import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { LetterEditCheck, letterEditDraft } from '#server/contracts/letter-edits.ts'
import type { MessageDetail } from '#server/contracts/messages.ts'
import { composeHeaders, type EditedHeader } from '#server/domain/edit-headers.ts'
import { lacksPayload } from '#server/domain/judge-origin.ts'
import { encodeSide } from '#server/domain/payload/encode-side.ts'
import { makeStripTest } from '#server/domain/replay-copy.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition, type RawMessage } from '#server/ports/raw-message.ts'
import { type LetterRecord, listLetters } from '#server/repositories/dead-letters.ts'
import { describeMessage, editLimits } from './decode-messages.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf, notFound } from './fault.ts'
import { prepareSide } from './prepare-message.ts'
import { changesOf } from './present-letter-edit.ts'
import { readWholeLetter, type WholeLetter } from './read-whole-letter.ts'
import { sayReencoding } from './say-reencoding.ts'

type Draft = z.output<typeof letterEditDraft>

/** A letter that may be edited, with its record; that of a pointer has the payload of the record that died. */
export type EditableLetter = Omit<WholeLetter, 'missing'> & {
  readonly letter: LetterRecord
  /** Why it can not be edited here and now, as a sentence. */
  readonly refusal: string | null
}

const underWay = new Set(['PENDING', 'SENT', 'CONSUMED', 'RETRYING'])

const refusalOf = (
  connection: Connection,
  letter: LetterRecord,
  { record, missing }: WholeLetter,
): string | null => {
  const { name, editing, readOnly, masking } = connection
  const { disposition, lastOutcome } = letter
  if (editing === 'off')
    return `Editing dead letters is off on ${name}. An administrator allows it by editing: on, or editing: approved, in spillway.yaml.`
  if (readOnly) return `${name} is read-only: nothing is written to it.`
  if (masking) return `Parts of messages are masked on ${name}: what can not be seen can not be edited.`
  if (disposition) return `${disposition.actor} has ${disposition.kind} it because: ${disposition.reason}`
  if (lastOutcome !== null && underWay.has(lastOutcome))
    return 'A replay has sent it and is waiting for its outcome: an edited copy could be processed beside that one.'
  if (lastOutcome === 'SETTLED') return 'A replay of it was settled: it has been processed.'
  if (missing !== null)
    return `It holds no payload, and the record that died, which an edit would begin with, can not be had: ${missing}. Discard it, or produce the message anew by hand.`
  return lacksPayload(record)
    ? 'The message that died held neither key nor value itself: there is nothing to edit.'
    : null
}

/** Reads a letter that is to be edited. `not-found` for an unknown id, and for one whose record is gone. */
export const openEditable = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<EditableLetter, Fault>> => {
  if (!/^\d{1,18}$/.test(id)) return notFound(`There is no dead letter ${id}.`)
  const [letter] = await listLetters(deps.db, connection.id, { ids: [BigInt(id)] }, 1, null)
  if (!letter) return notFound(`There is no dead letter ${id} on ${connection.name}.`)
  const read = await readWholeLetter(deps, connection, letter, call)
  if (!read.ok) return fail(faultOf(read.error))
  if (read.value === null)
    return notFound(`Retention has deleted the dead letter from ${letter.topic}: there is nothing to edit.`)
  const { record, origin } = read.value
  return succeed({ letter, record, origin, refusal: refusalOf(connection, letter, read.value) })
}

/** An edit as it stands, and the message that comes of it; null while something can not be encoded. */
export type PreparedEdit = {
  readonly check: LetterEditCheck
  readonly edited: RawMessage | null
  readonly isEdited: { readonly key: boolean; readonly value: boolean }
}

const headersOf = (draft: Draft['headers']) => {
  const problems: { index: number; message: string }[] = []
  const headers = draft.map((entry, index): EditedHeader => {
    if ('from' in entry) return entry
    const { name, as, text } = entry
    if (name === '') problems.push({ index, message: 'a header has a name' })
    if (as === 'null') return { name, value: null }
    const encoded = encodeSide({ as, text }, null)
    if (encoded.ok) return { name, value: encoded.bytes }
    problems.push({ index, message: encoded.problems[0]?.message ?? 'can not be read' })
    return { name, value: null }
  })
  return { headers, problems }
}

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0

/** A side that named a schema must still be read by it: what it says is checked, however it was typed. */
const schemaProblem = (
  name: 'Key' | 'Value',
  before: MessageDetail['key'],
  after: MessageDetail['key'],
): string | null => {
  const schema = before.schema
  if (schema === null || before.problem !== null) return null
  const words = schema.id === null ? `schema ${schema.guid ?? ''}` : `schema ${schema.id}`
  if (after.problem !== null) return `${name} would not be read by ${words}: ${after.problem}`
  return after.schema?.id === schema.id && after.schema?.guid === schema.guid
    ? null
    : `${name} does not name ${words}, by which the original is read.`
}

/**
 * Encodes an edit and says what is wrong with it and what it changes. Sides that were not edited keep their bytes; those
 * with a schema are encoded by it and read again.
 */
export const prepareLetterEdit = async (
  connection: Connection,
  { letter, record, refusal }: EditableLetter,
  draft: Draft,
  call: Call,
): Promise<PreparedEdit> => {
  const [key, value] = await Promise.all([
    prepareSide(connection, draft.key, record.key, call),
    prepareSide(connection, draft.value, record.value, call),
  ])
  const typed = headersOf(draft.headers)
  const composed = composeHeaders(record.headers, typed.headers, {
    isStripped: makeStripTest(record.headers, connection.deadLetterRules),
    makeId: randomUUID,
    source: `${letter.topic}@${formatPosition(letter.partition, letter.offset)}`,
  })
  const inHeaders = [
    ...typed.problems,
    ...composed.problems.flatMap(({ index, message }) => (index === null ? [] : [{ index, message }])),
  ]
  const problems = [
    ...(refusal === null ? [] : [refusal]),
    ...composed.problems.flatMap(({ index, message }) => (index === null ? [`${message}.`] : [])),
  ]
  const isEncoded = key.bytes !== undefined && value.bytes !== undefined && typed.problems.length === 0
  if (!isEncoded || key.bytes === undefined || value.bytes === undefined)
    return {
      check: {
        key: key.check,
        value: value.check,
        headers: inHeaders,
        problems,
        warnings: [...composed.warnings],
        changes: null,
        mayPlan: false,
      },
      edited: null,
      isEdited: { key: false, value: false },
    }
  const edited: RawMessage = { ...record, key: key.bytes, value: value.bytes, headers: composed.headers }
  const isEdited = {
    key: !isSame(record.key, edited.key),
    value: !isSame(record.value, edited.value),
  }
  const changes = await changesOf(connection, record, edited, call)
  const [before, after] = await Promise.all(
    [record, edited].map((message) => describeMessage(message, connection, call, editLimits)),
  )
  if (before && after) {
    const wrong = [
      isEdited.key ? schemaProblem('Key', before.key, after.key) : null,
      isEdited.value ? schemaProblem('Value', before.value, after.value) : null,
    ]
    problems.push(...wrong.filter((one) => one !== null))
  }
  if (isEdited.value && edited.value === null)
    problems.push('A value of null deletes its key where readers build tables: an edit does not send that.')
  // New ids and the link to the original are no edit.
  const touched =
    draft.headers.some((entry) => !('from' in entry)) || draft.headers.length < record.headers.length
  if (!isEdited.key && !isEdited.value && !touched)
    problems.push('Nothing is changed yet. As it died, it is replayed without an edit.')
  const warnings = [...composed.warnings]
  for (const name of ['key', 'value'] as const) {
    const original = { bytes: record[name], text: before?.[name].text ?? null }
    const reencoding = isEdited[name]
      ? await sayReencoding(connection, name, draft[name], original, call)
      : null
    if (reencoding !== null) warnings.push(reencoding)
  }
  if (isEdited.key)
    warnings.push(
      'The key is changed: the copy may go to another partition, and no order is kept with the old key.',
    )
  if (before?.value.event?.mode === 'structured')
    warnings.push('Its id stands in the value (a structured CloudEvent): give it a new one there.')
  return {
    check: {
      key: key.check,
      value: value.check,
      headers: inHeaders,
      problems,
      warnings,
      changes,
      mayPlan: problems.length === 0 && inHeaders.length === 0,
    },
    edited,
    isEdited,
  }
}
