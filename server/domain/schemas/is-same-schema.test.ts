import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameSchema } from './is-same-schema.ts'

const avro = (text: string, references: readonly { name: string; text: string }[] = []) =>
  ({ type: 'AVRO', text, references }) as const

it('white space and the order of keys mean nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
      const reversed = JSON.stringify(value, (_, part: unknown) =>
        part !== null && typeof part === 'object' && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).reverse())
          : part,
      )
      expect(isSameSchema(avro(JSON.stringify(value, null, indent)), avro(reversed))).toBe(true)
    }),
  )
  const proto = (text: string) => ({ type: 'PROTOBUF', text, references: [] }) as const
  expect(isSameSchema(proto('message A {\n  int32 b = 1;\n}\n'), proto('message A { int32 b = 1; }'))).toBe(
    true,
  )
  expect(isSameSchema(proto('message A { int32 b = 1; }'), proto('message A { int32 b = 2; }'))).toBe(false)
})

it('type, text, the order of lists, and references do', () => {
  expect(isSameSchema(avro('"long"'), avro('"int"'))).toBe(false)
  expect(isSameSchema(avro('"long"'), { ...avro('"long"'), type: 'JSON' })).toBe(false)
  expect(isSameSchema(avro('["null","long"]'), avro('["long","null"]'))).toBe(false)
  expect(isSameSchema(avro('"a"', [{ name: 'a', text: '"long"' }]), avro('"a"', []))).toBe(false)
  expect(
    isSameSchema(avro('"a"', [{ name: 'a', text: '"long"' }]), avro('"a"', [{ name: 'a', text: '"int"' }])),
  ).toBe(false)
})
