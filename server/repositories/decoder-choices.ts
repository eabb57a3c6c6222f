import type { DecoderChoice, Side } from '#server/contracts/decoders.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type DecoderChoiceRecord = {
  readonly topic: string
  readonly side: Side
  readonly decoder: DecoderChoice
  readonly by: string
  readonly atMs: number
}

/** Choices of the topics that have any. */
export const listDecoderChoices = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<readonly DecoderChoiceRecord[]> => {
  const rows = await db.prisma.decoderChoice.findMany({
    where: { connectionId, topic: { in: [...topics] } },
  })
  return rows.map(({ topic, side, decoder, chosenBy, chosenAt }) => ({
    topic,
    side: side as Side,
    decoder,
    by: chosenBy,
    atMs: chosenAt.getTime(),
  }))
}

/** Remembers a choice, or forgets it: null is back to what the chain of decoders finds. */
export const writeDecoderChoice = async (
  transaction: Transaction,
  where: { readonly connectionId: string; readonly topic: string; readonly side: Side },
  decoder: DecoderChoice | null,
  { by, atMs }: { readonly by: string; readonly atMs: number },
): Promise<void> => {
  const key = [where.connectionId, where.topic, where.side]
  await (decoder === null
    ? transaction.query(
        'DELETE FROM decoder_choice WHERE connection_id = $1 AND topic = $2 AND side = $3',
        key,
      )
    : transaction.query(
        `INSERT INTO decoder_choice (connection_id, topic, side, decoder, chosen_by, chosen_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (connection_id, topic, side) DO UPDATE
         SET decoder = excluded.decoder, chosen_by = excluded.chosen_by, chosen_at = excluded.chosen_at`,
        [...key, decoder, by, new Date(atMs)],
      ))
}
