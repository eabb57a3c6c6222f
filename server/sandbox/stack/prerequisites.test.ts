import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findBroken } from './artifacts.ts'
import { findFreePort } from './free-port.ts'
import { readJavaVersion, requireDiskSpace } from './prerequisites.ts'

describe('what a machine must have', () => {
  it('a Java version is read from old and new wordings', () => {
    expect(readJavaVersion('openjdk version "17.0.9" 2023-10-17')).toBe(17)
    expect(readJavaVersion('java version "1.8.0_391"')).toBe(8)
    expect(readJavaVersion('openjdk version "21-ea" 2023-09-19')).toBe(21)
    expect(readJavaVersion('command not found')).toBeNull()
  })
  it('a disk with too little room is said with both numbers', () => {
    expect(() => requireDiskSpace(tmpdir(), 1e9, 'Elsewhere is room.')).toThrow(
      /nearly full: \d+ MB are free under .*, the sandbox needs 1000000000 MB.*Elsewhere is room/,
    )
  })
  it('no port is given twice, also when two parts prefer the same', async () => {
    const first = await findFreePort()
    expect(await findFreePort(first)).not.toBe(first)
  })
})

describe('what was fetched', () => {
  const dir = mkdtempSync(join(tmpdir(), 'spillway-artifacts-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const sha256OfAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

  it('is whole, cut short, or missing by its pinned checksum', async () => {
    writeFileSync(join(dir, 'whole.jar'), 'abc')
    writeFileSync(join(dir, 'cut.jar'), 'ab')
    const pinned = { 'whole.jar': sha256OfAbc, 'cut.jar': sha256OfAbc, 'missing.jar': sha256OfAbc }
    expect(await findBroken(dir, pinned)).toEqual(['cut.jar', 'missing.jar'])
  })
})
