import type { LetterEditDraft, LetterEditForm } from '#server/contracts/letter-edits.ts'
import { type DraftForm, draftOf, formOfMessage, type HeaderForm } from './draft-form.ts'

/** A header while it is edited: one of the letter, by its place, or a new one. */
export type EditHeaderForm = HeaderForm & { readonly from: number | null }
export type EditForm = Pick<DraftForm, 'key' | 'value'> & { readonly headers: readonly EditHeaderForm[] }

/** A form with nothing changed. */
export const formOfLetter = ({ letter, message }: LetterEditForm): EditForm => {
  const { key, value, headers } = formOfMessage(letter.topic, message)
  return { key, value, headers: headers.map((header, from) => ({ ...header, from })) }
}

/** Whether a header is as the letter has it. */
export const isKept = (header: EditHeaderForm, start: EditForm): boolean => {
  const was = header.from === null ? undefined : start.headers[header.from]
  return was !== undefined && was.name === header.name && was.as === header.as && was.text === header.text
}

/** What is asked of the server for a form: headers that were not touched go by their place, to the byte. */
export const editDraftOf = (form: EditForm, start: EditForm): LetterEditDraft => {
  const sides = draftOf({ ...form, partition: '', timestamp: '', original: null })
  return {
    key: sides.key,
    value: sides.value,
    headers: form.headers.map((header) =>
      isKept(header, start) && header.from !== null
        ? { from: header.from }
        : { name: header.name, as: header.as, text: header.text },
    ),
  }
}
