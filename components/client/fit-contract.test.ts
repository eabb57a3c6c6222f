import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { build, buildHeader } from '#server/contracts/build.ts'
import { endpoints, streams } from './endpoints.ts'
import { answerMisfit, frameMisfit } from './fit-contract.ts'

const answerOf = (name: string | null): Response =>
  new Response('{}', name === null ? {} : { headers: { [buildHeader]: name } })
const row = { type: 'rows', rows: [{ topic: 'orders' }] }

describe('an answer', () => {
  it('of the build that the page is of is taken at its word: it was checked as it left', async () => {
    const misfitOf = await answerMisfit(answerOf(build), endpoints.listConnections)
    expect(misfitOf({ connections: 'none' })).toBeNull()
  })
  it.each(['another', null])('of build %s is held against its contract', async (name) => {
    const misfitOf = await answerMisfit(answerOf(name), endpoints.listConnections)
    expect(misfitOf({ connections: [] })).toBeNull()
    expect(misfitOf({ connections: 'none' })?.problem).toMatchObject({
      title: 'The answer does not fit this page',
      detail: 'It differs at connections: the page and the server are of different versions.',
    })
    expect(misfitOf(null)?.problem.detail).toContain('its root')
  })
  it('of each operation finds its own contract', async () => {
    for (const endpoint of Object.values(endpoints))
      expect(
        (await answerMisfit(answerOf(null), endpoint))(Symbol('no answer')),
        endpoint.path,
      ).not.toBeNull()
  })
})

it('frames of a stream of another build are held against their contract', async () => {
  const misfitOf = await frameMisfit(answerOf('another'), streams.searchMessages)
  expect(misfitOf(row)?.problem.detail).toContain('It differs at rows.0.')
  expect(misfitOf({ type: 'rows', rows: [] })).toBeNull()
  expect((await frameMisfit(answerOf(build), streams.searchMessages))(row)).toBeNull()
})

/** What a file takes from others when it is loaded: no types, and nothing that it loads later. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)'/gm)].map(
    ([, from]) => from ?? '',
  )

it('no page loads the library of the schemas: it would be a sixth of what a page may load', () => {
  const pathOf = (from: string, file: string): string | null =>
    from.startsWith('#')
      ? from.replace('#', '')
      : from.startsWith('.')
        ? new URL(from, `file:///${file}`).pathname.slice(1)
        : null
  const files = globSync('components/**/*.{ts,tsx}').filter((file) => !file.includes('.test.'))
  const waysTo = new Map(files.map((file) => [file, [file]]))
  const guilty: string[] = []
  for (const [file, way] of waysTo)
    for (const from of importsOf(file)) {
      if (from === 'zod') guilty.push(way.join(' → '))
      const next = pathOf(from, file)
      if (next?.match(/\.tsx?$/) && !waysTo.has(next)) waysTo.set(next, [...way, next])
    }
  expect(guilty).toEqual([])
  expect(waysTo.has('server/contracts/addresses.ts')).toBe(true)
  expect(importsOf('server/contracts/topics.ts')).toContain('zod')
})
