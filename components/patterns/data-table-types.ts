import type { ReactNode } from 'react'

export type Column<T> = {
  readonly id: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  readonly align?: 'right'
  /** A CSS grid track: `minmax(160px, 2fr)`, `88px`. */
  readonly width: string
  readonly sortable?: boolean
  readonly mono?: boolean
  /** Left out where the window is narrow: its figure stands on the row's own page too. */
  readonly isSecondary?: boolean
}

export type Sorting = { readonly id: string; readonly desc: boolean }

/** The tracks of a table's grid, with one for the boxes where rows can be chosen. */
export const gridOf = (columns: readonly { readonly width: string }[], canChoose: boolean): string =>
  `${canChoose ? '28px ' : ''}${columns.map(({ width }) => width).join(' ')}`
