import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { makeProtoFiles } from './proto-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'protos-'))
  mkdirSync(path.join(folder, 'shop'))
  writeFileSync(
    path.join(folder, 'shop', 'order.proto'),
    'syntax = "proto3"; package shop; import "shop/money.proto"; message Order { Money total = 1; }',
  )
  writeFileSync(
    path.join(folder, 'shop', 'money.proto'),
    'syntax = "proto3"; package shop; message Money { int64 units = 1; }',
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (types: { topics: string; side: 'key' | 'value'; type: string }[] = [], files = [folder]) =>
  makeProtoFiles({ files, types })()
const orders = 'orders' as TopicName

describe('configured .proto files', () => {
  it('are read from a folder with all below it, and import each other', () => {
    const { types, problem } = read()
    expect(problem).toBeNull()
    expect(types?.types).toEqual(['shop.Money', 'shop.Order'])
    expect(types?.decode('shop.Order', Buffer.from('0a020805', 'hex'))).toMatchObject({ total: {} })
  })
  it('give a type to the topics and the side that they are for', () => {
    const { typeFor } = read([{ topics: '^orders', side: 'value', type: 'shop.Order' }])
    expect([
      typeFor(orders, 'value'),
      typeFor(orders, 'key'),
      typeFor('old-orders' as TopicName, 'value'),
    ]).toEqual(['shop.Order', null, null])
  })
  it('that do not have a configured type say so, and the others can be used', () => {
    const { types, problem } = read([{ topics: '.', side: 'value', type: 'shop.None' }])
    expect(problem).toBe('The .proto files have no message type shop.None.')
    expect(types).not.toBeNull()
  })
  it('that are broken or missing are told by name, and leave payloads to other decoders', () => {
    writeFileSync(path.join(folder, 'broken.proto'), 'message {')
    expect(read().problem).toContain('broken.proto')
    expect(read([], [path.join(folder, 'nowhere')])).toMatchObject({ types: null })
    expect(read([], [path.join(folder, 'nowhere')]).problem).toMatch(/can not be used: .*nowhere/)
  })
  it('are none where none are configured', () => {
    expect(makeProtoFiles(undefined)()).toMatchObject({ types: null, problem: null })
  })
})
