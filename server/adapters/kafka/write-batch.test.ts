import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { openMessage, sealMessage } from '#server/domain/record-body.ts'
import type { RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import { readRecords, readSealed, walkBatches } from './record-batch.ts'
import { writeBatch } from './write-batch.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const bytesOrNull = fc.option(bytes)
const record = fc.record({
  key: bytesOrNull,
  value: bytesOrNull,
  // Names of any characters, the same twice, long ones.
  headers: fc.array(
    fc.record({ name: fc.string({ unit: 'grapheme', maxLength: 100 }), value: bytesOrNull }),
    { maxLength: 6 },
  ),
  timestampMs: fc.oneof(
    fc.bigInt({ min: 0n, max: 10n ** 13n }),
    fc.bigInt({ min: 1_795_000_000_000n, max: 1_795_000_001_000n }),
  ),
})

it('what is written is read again: every byte, null, duplicate and time', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 90 }), (records) => {
      const batch = writeBatch(
        records.map(sealMessage),
        { id: 2n ** 62n, epoch: 3, sequence: 2 ** 31 - 1 },
        true,
      )
      const read: RawMessage[] = []
      const wanted = {
        topic: 't' as TopicName,
        partition: 0,
        from: 0n,
        to: 1_000n,
        sinceMs: null,
        untilMs: null,
        filter: null,
        transaction: null,
      }
      const sealed: SealedMessage[] = []
      for (const one of walkBatches(batch)) {
        readRecords(one, wanted, read)
        expect(readSealed(one, wanted, sealed)).toBe(records.length)
      }
      const hex = (side: Uint8Array | null) => (side === null ? null : Buffer.from(side).toString('hex'))
      const told = ({
        key,
        value,
        headers,
        timestampMs,
      }: Pick<RawMessage, 'key' | 'value' | 'headers' | 'timestampMs'>) => [
        hex(key),
        hex(value),
        timestampMs,
        ...headers.map((header) => [header.name, hex(header.value)]),
      ]
      expect(read.map(told)).toEqual(records.map(told))
      expect(sealed.map(openMessage)).toEqual(read)
    }),
  )
})
