import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleX,
  Eye,
  Loader,
  OctagonX,
  PauseCircle,
  TriangleAlert,
} from 'lucide-react'
import type { StatusEntry } from './status-entry.ts'

/** Icons and colours that several status families share: the same look says the same everywhere. */
export const statusLooks = {
  well: { icon: CircleCheck, tone: 'ok' },
  notYet: { icon: CircleDashed, tone: 'neutral' },
  underWay: { icon: Loader, tone: 'info' },
  watched: { icon: Eye, tone: 'info' },
  noted: { icon: CircleDot, tone: 'info' },
  held: { icon: PauseCircle, tone: 'warning' },
  risky: { icon: TriangleAlert, tone: 'warning' },
  unknown: { icon: CircleHelp, tone: 'warning' },
  leftOut: { icon: Ban, tone: 'neutral' },
  failed: { icon: CircleX, tone: 'critical' },
  grave: { icon: OctagonX, tone: 'critical' },
} as const satisfies Record<string, Pick<StatusEntry, 'icon' | 'tone'>>
