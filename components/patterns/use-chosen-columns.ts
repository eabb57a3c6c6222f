import { usePreferences } from '../client/preferences.ts'
import type { Column } from './data-table-types.ts'

/** The columns of a table without those that this browser leaves out. */
export const useChosenColumns = <T>(table: string, columns: readonly Column<T>[]): readonly Column<T>[] => {
  const hidden = usePreferences().hiddenColumns[table] ?? []
  return columns.filter(({ id }) => !hidden.includes(id))
}
