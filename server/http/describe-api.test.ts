import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Download, downloads } from '#server/contracts/downloads.ts'
import { type Endpoint, endpoints } from '#server/contracts/endpoints.ts'
import { type Stream, streams } from '#server/contracts/streams.ts'
import { describeApi } from './describe-api.ts'

const all = Object.entries<Endpoint>(endpoints)
const allStreams = Object.entries<Stream>(streams)
const allDownloads = Object.entries<Download>(downloads)
const fileOf = (path: string) => `app${path.replaceAll('{', '[').replaceAll('}', ']')}/route.ts`

describe('the HTTP API', () => {
  it.each(all)('%s has a route that is made of its operation', (name, { path, method }) => {
    expect(existsSync(fileOf(path))).toBe(true)
    expect(readFileSync(fileOf(path), 'utf8')).toContain(`export const ${method} = route(operations.${name})`)
  })
  it.each(allStreams)('%s has a route that is made of its stream', (name, { path }) => {
    expect(existsSync(fileOf(path))).toBe(true)
    expect(readFileSync(fileOf(path), 'utf8')).toContain(`export const GET = sse(streamOperations.${name})`)
  })
  it.each(allDownloads)('%s has a route that is made of its download', (name, { path }) => {
    expect(existsSync(fileOf(path))).toBe(true)
    expect(readFileSync(fileOf(path), 'utf8')).toContain(
      `export const GET = download(downloadOperations.${name})`,
    )
  })
  it('has no route handler beside the tables, but for metrics, its own description and what is unknown', () => {
    const known = new Set([...all, ...allStreams, ...allDownloads].map(([, { path }]) => fileOf(path)))
    const others = globSync('app/**/route.ts')
      .filter((file) => !known.has(file))
      .sort()
    expect(others).toEqual([
      'app/api/[...path]/route.ts',
      'app/api/openapi.json/route.ts',
      'app/metrics/route.ts',
    ])
  })
  it('is described whole, with a schema for every answer', () => {
    const { paths = {} } = describeApi()
    for (const [name, { path, method }] of all) {
      const operation = paths[path]?.[method.toLowerCase() as 'get' | 'post']
      expect(operation?.operationId).toBe(name)
      expect(operation?.responses?.['200']).toHaveProperty(['content', 'application/json', 'schema'])
    }
    for (const [name, { path }] of allStreams)
      expect(paths[path]?.get).toMatchObject({
        operationId: name,
        responses: { 200: { content: { 'text/event-stream': { schema: expect.anything() } } } },
      })
  })
})
