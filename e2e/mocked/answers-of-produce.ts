import { messageOf } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type Check = Answer<'checkMessage'>
type Side = Check['key']

const side = (text: string, more: Partial<Side> = {}): Side => ({
  problems: [],
  sizeBytes: text.length,
  preview: Buffer.from(text).toString('base64'),
  schema: null,
  ...more,
})

/** What a draft would do: it fits, unless `more` says otherwise. */
export const checkOf = (more: Partial<Check> = {}): Check => ({
  key: side('order-4711'),
  value: side('{"amount":9007199254740993}'),
  headers: [],
  problems: [],
  refusal: null,
  partition: { number: 3, why: 'by the key, as Java clients choose (murmur2 over 6 partitions)' },
  sizeBytes: 118,
  mostBytes: 1_048_588,
  notes: [],
  readers: ['payments', 'fraud'],
  maySend: true,
  ...more,
})

/** A value that its schema refuses in two fields. */
export const refusedBySchema = checkOf({
  value: side('', {
    sizeBytes: null,
    preview: null,
    schema: { id: 12, type: 'AVRO', subject: 'orders-value', version: 7, messages: [] },
    problems: [
      { path: 'amount', message: 'must be a whole number, is the text "12"' },
      { path: 'items[1].sku', message: 'is missing, and the schema has no default for it (string)' },
    ],
  }),
  sizeBytes: null,
  maySend: false,
})

export const readOnlyCheck = checkOf({
  refusal:
    'Local is read-only: nothing is written to it. An administrator changes that by readOnly: false in spillway.yaml.',
  maySend: false,
})

export const tombstoneCheck = checkOf({
  value: side('', { sizeBytes: null, preview: null }),
  notes: [
    'The value is null: a tombstone. Compaction removes every earlier message of this key, and after delete.retention.ms the tombstone itself; readers then see the key as deleted.',
  ],
})

export const around: Answer<'listAround'> = {
  rows: Array.from({ length: 12 }, (_, index) => messageOf(88_011 - index)),
  looked: null,
  note: null,
  holds: { partition: 4, start: '1000', end: '90000' },
  nearest: { before: '4@88003', after: '4@88005' },
  registryProblem: null,
}

export const expired: Answer<'listAround'> = {
  ...around,
  note: '4@7 is gone: retention or a deletion has removed what was before 1,000. Partition 4 holds offsets 1,000 to 89,999 now.',
  nearest: { before: null, after: '4@1000' },
}

export const copies: Answer<'copyMessage'> = {
  json: '{"topic":"orders","partition":4,"offset":88004}',
  kcatConsume: 'kcat -C -b localhost:9092 -t orders -p 4 -o 88004 -c 1 -e',
  kcatProduce: {
    problem:
      'kcat can not send the header "ce_id": its name or its bytes have no form on a command line. Use curl instead.',
  },
  curlRead: 'curl -fsS http://localhost:3000/api/local/topics/orders/messages/4%4088004',
  curlProduce: 'curl -fsS -X POST',
  note: null,
}
