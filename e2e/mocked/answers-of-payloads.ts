import { headers, messageDetail, minutesAgo, scan, textSide } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type Side = Answer<'showMessage'>['value']

const reports: NonNullable<Side['reports']> = [
  { decoder: 'Schema id (magic byte 0)', outcome: 'fits', why: 'names schema 4, which the registry has' },
  { decoder: 'Avro', outcome: 'taken', why: 'Avro schema 4' },
  { decoder: 'Protobuf', outcome: 'refused', why: 'schema 4 is Avro' },
  { decoder: 'JSON', outcome: 'refused', why: 'it is not UTF-8' },
  { decoder: 'XML', outcome: 'not-asked', why: 'the payload is large, and another was taken' },
]
const lines = Array.from({ length: 12 }, (_, n) => `    { "sku": "kettle-${n}", "count": ${n} }`).join(',\n')
const orderText = `{\n  "orderId": "order-4711",\n  "customerId": 9007199254740993,\n  "at": "2026-11-21T10:00:00.123Z",\n  "lines": [\n${lines}\n  ]\n}`

/** An order in Avro with a time, its lines, and what every decoder said. */
export const orderSide = (more: Partial<Side> = {}): Side =>
  textSide(orderText, {
    kind: 'avro',
    isJson: true,
    schema: { id: 4, name: 'orders-value', version: 7 },
    notes: [{ path: '/at', raw: '1795255200123', type: 'timestamp-millis' }],
    reports,
    ...more,
  })

export const orderMessage = (more: Partial<Side> = {}): Answer<'showMessage'> => ({
  ...messageDetail,
  headers,
  value: orderSide(more),
  isTombstone: false,
})

/** The first part of a payload of 9.6 MB. */
export const largeMessage = orderMessage({
  kind: 'json',
  isJson: false,
  schema: null,
  truncated: true,
  sizeBytes: 9_600_000,
})

export const decoders = (more: Partial<Answer<'showDecoders'>> = {}): Answer<'showDecoders'> => ({
  key: null,
  value: null,
  protoTypes: ['shop.v1.Order'],
  protoProblem: null,
  ...more,
})
export const chosenHex = decoders({
  value: { decoder: 'hex', name: 'Hexadecimal', by: 'local operator', atMs: minutesAgo(3) },
})

/** The message before of the same key: another customer, and one line less. */
export const messageBefore: Answer<'findSameKey'> = {
  message: {
    ...orderMessage({ text: orderText.replace('740993', '740992') }),
    position: '4@88001',
    offset: '88001',
  },
  scan: { ...scan, stop: 'enough' },
  goOnFrom: null,
}
export const noneBefore: Answer<'findSameKey'> = {
  message: null,
  scan: { ...scan, stop: 'end' },
  goOnFrom: null,
}
