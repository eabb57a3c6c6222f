import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RawHeader } from './dead-letter.ts'
import { versionHeadersOf } from './version-headers.ts'

const header = (name: string, value: string | null): RawHeader => ({
  name,
  value: value === null ? null : Buffer.from(value),
})

test('headers that name a version are found by the end of their names', () => {
  const headers = [
    header('x-app-version', '1.0.1'),
    header('ce_specversion', '1.0'),
    header('Git.Commit', 'abc'),
    header('image-tag', 'v7'),
    header('conversion', 'x'),
    header('build', null),
    header('release', 'x'.repeat(101)),
  ]
  expect(versionHeadersOf(headers)).toEqual([
    ['x-app-version', '1.0.1'],
    ['Git.Commit', 'abc'],
    ['image-tag', 'v7'],
  ])
})

test('of headers of one name each is told, and never more than four', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 8 }), (values) => {
      const found = versionHeadersOf(values.map((value) => header('version', value)))
      expect(found).toEqual(
        values
          .slice(0, 4)
          .map((value) => ['version', Buffer.from(value).toString()])
          .filter(([, value = '']) => Buffer.byteLength(value) <= 100),
      )
    }),
  )
})
