import { describe, expect, it } from 'vitest'
import { readKnownHosts } from '#server/known-hosts.ts'
import { guardRequest } from './guard-request.ts'

const ask = (method: string, headers: Record<string, string>, allowed = '') =>
  guardRequest({ method, headers: new Headers(headers) }, readKnownHosts(allowed))?.code ?? 'enters'

describe('a request enters', () => {
  it('by a loopback name, whatever the port', () => {
    expect(ask('GET', { host: 'localhost:8080' })).toBe('enters')
    expect(ask('GET', { host: '127.0.0.1:4000' })).toBe('enters')
    expect(ask('GET', { host: '[::1]:8080' })).toBe('enters')
  })
  it('by a name the operator allowed', () => {
    expect(ask('GET', { host: 'spillway.example:443' }, 'spillway.example')).toBe('enters')
  })
  it('as a JSON write of our own page or of a program', () => {
    const json = { host: 'localhost:8080', 'content-type': 'application/json' }
    expect(ask('POST', { ...json, origin: 'http://localhost:8080' })).toBe('enters')
    expect(ask('POST', json)).toBe('enters')
  })
})

describe('a request is refused', () => {
  it('under a name that points to loopback but is not ours', () => {
    expect(ask('GET', { host: 'evil.example:8080' })).toBe('foreign-host')
    expect(ask('GET', { host: 'localhost.evil.example' })).toBe('foreign-host')
    expect(ask('GET', {})).toBe('foreign-host')
  })
  it('as a write of another site, by Origin or by fetch metadata', () => {
    const json = { host: 'localhost:8080', 'content-type': 'application/json' }
    expect(ask('POST', { ...json, origin: 'http://evil.example' })).toBe('foreign-origin')
    expect(ask('POST', { ...json, origin: 'null' })).toBe('foreign-origin')
    expect(ask('POST', { ...json, origin: 'http://localhost:9999' })).toBe('foreign-origin')
    expect(ask('POST', { ...json, 'sec-fetch-site': 'cross-site' })).toBe('foreign-origin')
  })
  it('as a write that a form could send', () => {
    expect(ask('POST', { host: 'localhost:8080', 'content-type': 'text/plain' })).toBe('invalid-request')
    expect(ask('DELETE', { host: 'localhost:8080' })).toBe('invalid-request')
  })
})
