import { describe, expect, it } from 'vitest'
import { describeHeader } from './known-headers.ts'
import { lineageHeaders } from './replay-copy.ts'

describe('a header', () => {
  it.each(Object.entries(lineageHeaders))('%s of a replay is explained', (name, meaning) => {
    expect(describeHeader({ name, value: Buffer.from('x') }, false)).toMatchObject({ text: 'x', meaning })
  })

  it('that holds a schema id is read as number or GUID', () => {
    // Typed by hand, as Confluent's HeaderSchemaIdSerializer is described: magic byte 1, then the GUID.
    const guid = Buffer.from('010f8fad5bd9cb469fa16570867728950e', 'hex')
    expect(describeHeader({ name: '__value_schema_id', value: guid }, false)).toMatchObject({
      text: '0f8fad5b-d9cb-469f-a165-70867728950e',
      meaning: 'Schema of the value, kept beside it (Confluent)',
    })
    const number = Buffer.from('0000000007', 'hex')
    expect(describeHeader({ name: '__key_schema_id', value: number }, false)).toMatchObject({ text: '7' })
  })
})
