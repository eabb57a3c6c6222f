import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { curlProduce } from './message-commands.ts'

/** Runs a command in a real shell, with a curl that prints what it is given to send. */
const bodyOf = (command: string): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'commands-'))
  try {
    const curl = path.join(folder, 'curl')
    writeFileSync(
      curl,
      '#!/bin/sh\nwhile [ $# -gt 0 ]; do\n' +
        '  [ "$1" = --data-raw ] && printf %s "$2"\n  [ "$1" = --data-binary ] && cat\n  shift\ndone\nexit 0\n',
    )
    chmodSync(curl, 0o755)
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` }
    const { stdout, status } = spawnSync('sh', [], { input: command, env, maxBuffer: 64 * 1024 * 1024 })
    if (status !== 0) throw new Error(`the command ended with ${status}`)
    return stdout.toString()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it.each([10, 70_000, 95_000, 100_000, 3_000_000])('curl sends a value of %d bytes', (size) => {
  const value = Buffer.alloc(size, `it's $(id) \`id\` \\\n`)
  const record = { topic: 'orders', partition: 0, offset: 1n, key: null, value, headers: [] }
  const command = curlProduce('http://localhost:3000/api/x', record, 'one')
  const body = JSON.parse(bodyOf(command))
  expect(Buffer.from(body.value.text, 'base64').equals(value)).toBe(true)
  expect(body).toMatchObject({ partition: 0, idempotencyKey: 'one' })
})
