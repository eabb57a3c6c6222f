import { expect, it } from 'vitest'
import { messageJson } from './message-json.ts'
import { decodeOptions } from './payload/decode-fixture.ts'
import { decodeSide } from './payload/decode-side.ts'

const lineOf = (value: string, more: Partial<ReturnType<typeof decodeSide>> = {}): string => {
  const bytes = Buffer.from(value)
  const none = { bytes: null, decoded: decodeSide(null, decodeOptions()) }
  const decoded = { ...decodeSide(bytes, decodeOptions()), ...more }
  const place = { topic: 'orders', partition: 0, offset: 1n, timestampMs: 1n, timestampType: 'create' }
  return messageJson({ ...place, headers: [], key: none, value: { bytes, decoded } })
}

it('JSON stands as it was written, white space and digits included', () => {
  expect(lineOf('{"n":  9007199254740993,"x":1.10}')).toContain('"json":{"n":  9007199254740993,"x":1.10}}')
})

it.each(['{\n  "n": 1\n}', ' {"n": 1}', '{"n": 1}\n'])(
  'JSON that does not fit on one line as it stands has its bytes too: %j',
  (written) => {
    const { value } = JSON.parse(lineOf(written))
    expect(value.json).toEqual({ n: 1 })
    expect(Buffer.from(value.base64, 'base64').toString()).toBe(written)
  },
)

it('what a configured definition makes of bytes that are a text has these bytes too', () => {
  const { value } = JSON.parse(
    lineOf('\n\u0003abc', { kind: 'protobuf', text: '{"name":"abc"}', isJson: true }),
  )
  expect(value).toMatchObject({ kind: 'protobuf', json: { name: 'abc' } })
  expect(Buffer.from(value.base64, 'base64').toString()).toBe('\n\u0003abc')
})

it('text is its own bytes', () => {
  expect(JSON.parse(lineOf('plain\nwords')).value).toEqual({ kind: 'text', text: 'plain\nwords' })
})
