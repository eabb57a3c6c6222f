import Link from 'next/link'
import type { LastReplay } from '#server/contracts/last-replay.ts'
import { routes } from '../client/routes.ts'
import { Status } from './status.tsx'

/** What became of a letter's latest copy, leading to the replay that sent it. */
export const LastReplayLink = ({
  connection,
  replay: { replayId, outcome },
}: {
  readonly connection: string
  readonly replay: NonNullable<LastReplay>
}) => (
  <Link href={routes.replay(connection, replayId)}>
    <Status of="outcome" value={outcome} />
  </Link>
)
