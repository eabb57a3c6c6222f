import type { TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { TraceDetail } from '#server/contracts/traces.ts'
import type { SentCopy } from '#server/domain/traces/hop-waits.ts'
import type { Database } from './database.ts'

/** Dead letters whose headers name one of these traces, newest first, at most 100, and their copies that replays sent. */
export const findDeadLettersOfTraces = async (
  db: Database,
  traceIds: readonly TraceId[],
): Promise<{ readonly deadLetters: TraceDetail['deadLetters']; readonly copies: readonly SentCopy[] }> => {
  const letters = await db.prisma.deadLetter.findMany({
    where: { traceId: { in: [...traceIds] } },
    select: { id: true, topic: true, errorClass: true },
    orderBy: [{ diedAt: 'desc' }, { id: 'desc' }],
    take: 100,
  })
  const items = await db.prisma.replayItem.findMany({
    where: { letterId: { in: letters.map(({ id }) => id) }, replay: { number: { not: null } } },
    select: {
      letterId: true,
      outcome: true,
      targetTopic: true,
      targetPartition: true,
      targetOffset: true,
      sentAt: true,
      replay: { select: { number: true } },
    },
    orderBy: { id: 'asc' },
  })
  const latest = new Map(items.map((item) => [item.letterId, item]))
  return {
    deadLetters: letters.map(({ id, topic, errorClass }) => {
      const item = latest.get(id)
      return {
        id: id.toString(),
        topic: topic as TopicName,
        errorClass,
        settledByReplay: item?.outcome === 'SETTLED' ? item.replay.number : null,
      }
    }),
    copies: items.flatMap(
      ({ targetTopic: topic, targetPartition: partition, targetOffset: offset, sentAt }) =>
        partition === null || offset === null || sentAt === null
          ? []
          : [{ topic, partition, offset, sentAtNs: BigInt(sentAt.getTime()) * 1_000_000n }],
    ),
  }
}
