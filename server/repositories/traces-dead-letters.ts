import type { TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { TraceDetail } from '#server/contracts/traces.ts'
import type { Database } from './database.ts'

/** Dead letters whose headers name one of these traces, newest first, at most 100. */
export const findDeadLettersOfTraces = async (
  db: Database,
  traceIds: readonly TraceId[],
): Promise<TraceDetail['deadLetters']> => {
  const rows = await db.prisma.deadLetter.findMany({
    where: { traceId: { in: [...traceIds] } },
    select: { id: true, topic: true, errorClass: true },
    orderBy: [{ diedAt: 'desc' }, { id: 'desc' }],
    take: 100,
  })
  return rows.map((row) => ({
    id: row.id.toString(),
    topic: row.topic as TopicName,
    errorClass: row.errorClass,
  }))
}
