import type { LetterMoment } from '#server/contracts/letter-moment.ts'
import { lacksPayload } from '#server/domain/judge-origin.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { openLetter } from './open-letter.ts'
import { readLagAtDeath } from './read-lag-at-death.ts'
import { readSideSchemas, type SideSchemas } from './read-side-schemas.ts'

const withoutMessage = (why: string): SideSchemas => ({ schemas: [], noSchema: why, degraded: [] })

/** How things stood when a letter died: the lag of its group, and its schemas then and now. */
export const showLetterMoment = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<LetterMoment, Fault>> => {
  const opened = await openLetter(deps, connection, id, call)
  if (!opened.ok) return opened
  const { letter, own, origin } = opened.value
  const message = own.ok && !lacksPayload(own.value) ? own.value : origin.message
  const [lag, { schemas, noSchema, degraded }] = await Promise.all([
    readLagAtDeath(deps, connection, letter),
    message
      ? readSideSchemas(connection, message, letter.originTopic, call)
      : withoutMessage('There is no payload to tell a schema from: the record holds none, or is gone.'),
  ])
  return succeed({
    diedAt: letter.diedAtMs,
    lag,
    schemas,
    noSchema,
    degraded: [...degraded, ...(own.ok || own.error.kind === 'not-found' ? [] : [degradedBy(own.error)])],
  })
}
