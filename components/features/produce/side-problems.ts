import type { SideCheck } from '#server/contracts/produce.ts'
import type { SideForm } from './draft-form.ts'

/** Whether a side waits for its JSON to be typed: nobody has made a mistake yet. */
export const isBlankSide = ({ as, text }: SideForm, check: SideCheck | null): boolean =>
  text.trim() === '' && (as === 'json' || (as === 'schema' && check?.schema != null))

/** What is wrong with a side, without that nothing is typed yet. */
export const problemsOf = (form: SideForm, check: SideCheck | null): SideCheck['problems'] =>
  (check?.problems ?? []).filter(({ path }) => path !== '' || !isBlankSide(form, check))
