import type { LucideIcon } from 'lucide-react'

export type Tone = 'critical' | 'warning' | 'ok' | 'info' | 'neutral'
/** One status: its word, its look, and what it means. */
export type StatusEntry = {
  readonly label: string
  readonly icon: LucideIcon
  readonly tone: Tone
  readonly meaning: string
}
