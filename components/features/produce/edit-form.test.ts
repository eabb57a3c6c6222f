import { expect, it } from 'vitest'
import type { LetterEditForm } from '#server/contracts/letter-edits.ts'
import { editDraftOf, formOfLetter, isKept } from './edit-form.ts'

const header = (name: string, bytes: number[] | null) => ({
  name,
  text: null,
  encoding: 'text' as const,
  meaning: null,
  raw: bytes === null ? null : Buffer.from(bytes).toString('base64'),
})
const side = { kind: 'text', text: 'x', raw: 'eA==', sizeBytes: 1, truncated: false, schema: null }
const form = formOfLetter({
  letter: { topic: 'orders-dlt' },
  message: {
    topic: 'orders-dlt',
    position: '0@1',
    key: side,
    value: side,
    headers: [header('a', [104, 105]), header('a', [0xff]), header('b', null)],
  },
} as unknown as LetterEditForm)

it('a form that nothing was typed into asks for the same bytes', () => {
  expect(editDraftOf(form, form)).toEqual({
    key: { as: 'original' },
    value: { as: 'original' },
    headers: [{ from: 0 }, { from: 1 }, { from: 2 }],
  })
})

it('a header that was typed goes as typed, and by its place again when that is taken back', () => {
  const [first, ...rest] = form.headers
  if (!first) throw new Error('there are headers')
  const typed = { ...form, headers: [{ ...first, text: 'ho' }, ...rest] }
  expect(editDraftOf(typed, form).headers[0]).toEqual({ name: 'a', as: 'text', text: 'ho' })
  const back = {
    ...typed,
    headers: typed.headers.map((one) => ({ ...one, text: one.from === 0 ? 'hi' : one.text })),
  }
  expect(editDraftOf(back, form).headers[0]).toEqual({ from: 0 })
  const added = { key: 9, from: null, name: 'a', as: 'text', text: 'hi' } as const
  expect(isKept(added, form)).toBe(false)
})
