import { expect, it } from 'vitest'
import { isKnownHost, readKnownHosts } from './known-hosts.ts'

it('knows loopback and what the operator lists, whatever spaces, case and ports', () => {
  const known = readKnownHosts(' Spillway.Example:8443 ,, other ')
  for (const host of ['localhost:8080', '[::1]', '127.0.0.1', 'spillway.example', 'OTHER:1'])
    expect([host, isKnownHost(host, known)]).toEqual([host, true])
  for (const host of ['', null, undefined, 'evil.example', 'localhost.evil.example'])
    expect([host, isKnownHost(host, known)]).toEqual([host, false])
})
