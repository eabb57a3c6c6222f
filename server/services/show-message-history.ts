import type { z } from 'zod'
import type { messageHistory } from '#server/contracts/audit.ts'
import type { messageParams } from '#server/contracts/messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition, parsePosition } from '#server/ports/raw-message.ts'
import { listAuditAbout, subjectText } from '#server/repositories/audit.ts'
import { findLetterAt } from '#server/repositories/letter-dispositions.ts'
import { listMessageReplays } from '#server/repositories/message-replays.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { presentAudit } from './present-audit.ts'

const most = 50

/** What replays and the audit say of the message at one place, newest first: also what was done to its replays. */
export const showMessageHistory = async (
  { db }: Pick<Deps, 'db'>,
  { id: connectionId }: Connection,
  { topic, position }: Pick<z.output<typeof messageParams>, 'topic' | 'position'>,
  _call: Call,
): Promise<Result<z.input<typeof messageHistory>, Fault>> => {
  const place = parsePosition(position)
  const replays = await listMessageReplays(db, connectionId, { topic, ...place }, most + 1)
  const letter = await findLetterAt(db, connectionId, { topic, ...place })
  const ids = [...new Set(replays.map(({ replayId }) => replayId))]
  const entries = await listAuditAbout(
    db,
    connectionId,
    [
      subjectText({ kind: 'message', id: `${topic}/${position}` }),
      ...(letter === null ? [] : [subjectText({ kind: 'dead-letter', id: letter.toString() })]),
      ...ids.map((id) => subjectText({ kind: 'replay', id })),
    ],
    // What entries say that name no subject.
    [`${topic} ${position}`, ...ids],
    most + 1,
  )
  return succeed({
    replays: replays
      .slice(0, most)
      .map(({ otherTopic, otherPartition, otherOffset, startedAtMs, ...replay }) => ({
        ...replay,
        startedAt: startedAtMs,
        other: {
          topic: otherTopic as TopicName,
          position:
            otherPartition === null || otherOffset === null
              ? null
              : formatPosition(otherPartition, otherOffset),
        },
      })),
    entries: entries.slice(0, most).map(presentAudit),
    isCut: replays.length > most || entries.length > most,
  })
}
