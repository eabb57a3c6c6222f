import { renameSync } from 'node:fs'
import { Socket } from 'node:net'
import pg from 'pg'
import { KafkaClient } from '../../server/adapters/kafka/client.ts'
import { requestKeys } from '../../server/adapters/kafka/dying-client-fixture.ts'

/**
 * Loaded before a worker's own program (`node --import`): this process ends itself by SIGKILL when it comes to a point of
 * which there is a file of that name in the folder FAULT_POINTS. The file is taken away, so that one process dies of it.
 * The worker's program is the one of production and knows nothing of it.
 */
export const points = [
  'after-init',
  'first-copies-produced',
  'produced-not-committed',
  'end-txn-sent',
  'committed-not-written-down',
  'takeover-before-ledger',
  'takeover-ledger-settled',
] as const
export type Point = (typeof points)[number]

const folder = process.env.FAULT_POINTS

const dieAt = (point: Point): void => {
  try {
    renameSync(`${folder}/${point}`, `${folder}/${point}.${process.pid}.done`)
  } catch {
    return
  }
  process.kill(process.pid, 'SIGKILL')
}

const listOffsets = 2
const apiKeyAt = 4

const watchKafka = (): void => {
  const ask = KafkaClient.prototype.ask
  let hasOpened = false
  KafkaClient.prototype.ask = async function (this: KafkaClient, brokerId, signal, api, ...args) {
    if (api.key === requestKeys.endTxn) dieAt('produced-not-committed')
    const answer = await ask.call(this, brokerId, signal, api as never, ...args)
    if (api.key === requestKeys.initProducerId) {
      dieAt('after-init')
      hasOpened = true
    }
    if (api.key === requestKeys.produce) dieAt('first-copies-produced')
    if (api.key === requestKeys.endTxn) dieAt('committed-not-written-down')
    // The first thing that is asked after a producer was opened is where the ledger ends.
    if (api.key === listOffsets && hasOpened) dieAt('takeover-before-ledger')
    return answer as never
  }
  const write = Socket.prototype.write
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    const [bytes] = args
    const isEnd =
      Buffer.isBuffer(bytes) &&
      bytes.length > 8 &&
      bytes.readInt32BE(0) === bytes.length - apiKeyAt &&
      bytes.readInt16BE(apiKeyAt) === requestKeys.endTxn
    if (!isEnd) return write.apply(this, args as never)
    return write.call(this, bytes as never, (() => dieAt('end-txn-sent')) as never)
  } as typeof write
}

const watchPostgres = (): void => {
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [text] = args
    const answer = query.apply(this, args)
    if (typeof text === 'string' && text.includes('FROM ledger_entry e') && answer instanceof Promise)
      // Written, and not committed.
      void answer.then(() => dieAt('takeover-ledger-settled'))
    return answer
  } as never
}

if (folder !== undefined) {
  watchKafka()
  watchPostgres()
}
