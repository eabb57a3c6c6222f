import type { HeaderForm } from './draft-form.ts'

/** How the value of a header is written down. */
export const headerForms: Readonly<Record<HeaderForm['as'], string>> = {
  text: 'Text',
  base64: 'Base64',
  hex: 'Hex',
  null: 'Null',
}
