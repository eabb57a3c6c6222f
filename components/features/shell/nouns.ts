import {
  Activity,
  ArrowLeftRight,
  BookOpenCheck,
  Cable,
  FileJson2,
  Inbox,
  LayoutDashboard,
  type LucideIcon,
  Rows3,
  TextSearch,
  Users,
} from 'lucide-react'
import type { CommandId } from '../../client/commands.ts'
import { routes } from '../../client/routes.ts'

export type NounEntry = {
  readonly id: string
  readonly title: string
  readonly icon: LucideIcon
  readonly command: CommandId
  readonly address: (connection: string) => string
}

/** The nouns of the left rail, in its order. */
export const nouns: readonly NounEntry[] = [
  {
    id: 'overview',
    title: 'Overview',
    icon: LayoutDashboard,
    command: 'go-overview',
    address: routes.overview,
  },
  {
    id: 'dead-letters',
    title: 'Dead letters',
    icon: Inbox,
    command: 'go-dead-letters',
    address: routes.deadLetters,
  },
  { id: 'replays', title: 'Replays', icon: ArrowLeftRight, command: 'go-replays', address: routes.replays },
  { id: 'topics', title: 'Topics', icon: Rows3, command: 'go-topics', address: routes.topics },
  {
    id: 'messages',
    title: 'Search messages',
    icon: TextSearch,
    command: 'go-messages',
    address: (connection) => routes.messages(connection),
  },
  { id: 'groups', title: 'Consumer groups', icon: Users, command: 'go-groups', address: routes.groups },
  {
    id: 'traces',
    title: 'Traces',
    icon: Activity,
    command: 'go-traces',
    address: (connection) => routes.traces(connection),
  },
  {
    id: 'schemas',
    title: 'Schemas',
    icon: FileJson2,
    command: 'go-schemas',
    address: (connection) => routes.schemas(connection),
  },
  {
    id: 'connection',
    title: 'Connection',
    icon: Cable,
    command: 'go-connection',
    address: routes.connection,
  },
  { id: 'audit', title: 'Audit', icon: BookOpenCheck, command: 'go-audit', address: routes.audit },
]

/** Parts of a path whose pages belong to a noun of another name. */
const partsOfNouns: Readonly<Record<string, string>> = {
  '': 'overview',
  letters: 'dead-letters',
  'failure-groups': 'dead-letters',
  'failure-grouping': 'dead-letters',
  'schema-ids': 'schemas',
  'schema-draft': 'schemas',
  'topic-changes': 'topics',
}

/** The noun a page belongs to, by the second part of its path. */
export const nounOfPath = (path: string): NounEntry | undefined => {
  const second = path.split('/')[2] ?? ''
  const id = partsOfNouns[second] ?? second
  return nouns.find((noun) => noun.id === id)
}
